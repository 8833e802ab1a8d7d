package dev.isthmus.ice.stun;

import dev.isthmus.ice.net.TransportAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes one STUN message into a caller's buffer. Begin, add attributes in the order they shall stand, then integrity, then fingerprint. The
 * buffer must have room; messages of ours stay far below 2 KiB.
 */
public final class StunWriter {
    private static final byte[] PADDING = new byte[4];
    private ByteBuffer buffer = ByteBuffer.allocate(StunMessage.HEADER_LENGTH);
    private int start;
    private int at;

    /** Begins a message. */
    public StunWriter begin(ByteBuffer target, int offset, int type, int transactionHigh, long transactionLow) {
        buffer = target;
        start = offset;
        at = offset + StunMessage.HEADER_LENGTH;
        buffer.putShort(start, (short) type);
        buffer.putShort(start + StunMessage.LENGTH_OFFSET, (short) 0);
        buffer.putInt(start + StunMessage.COOKIE_OFFSET, StunMessage.MAGIC_COOKIE);
        buffer.putInt(start + StunMessage.TRANSACTION_OFFSET, transactionHigh);
        buffer.putLong(start + StunMessage.TRANSACTION_OFFSET + 4, transactionLow);
        return this;
    }

    /** Begins the answer to a request: same method and transaction, another class. */
    public StunWriter beginResponse(ByteBuffer target, int offset, StunMessage request, int messageClass) {
        return begin(target, offset, StunType.of(request.method(), messageClass), request.transactionHigh(), request.transactionLow());
    }

    private int open(int type, int length) {
        buffer.putShort(at, (short) type);
        buffer.putShort(at + 2, (short) length);
        int value = at + 4;
        int end = value + length;
        buffer.put(end, PADDING, 0, StunMessage.padded(length) - length);
        at = value + StunMessage.padded(length);
        buffer.putShort(start + StunMessage.LENGTH_OFFSET, (short) (at - start - StunMessage.HEADER_LENGTH));
        return value;
    }

    /** Adds an attribute without a value. */
    public StunWriter flag(int type) {
        open(type, 0);
        return this;
    }

    /** Adds bytes. */
    public StunWriter bytes(int type, byte[] value) {
        buffer.put(open(type, value.length), value);
        return this;
    }

    /** Adds bytes that stand in a buffer. */
    public StunWriter bytes(int type, ByteBuffer source, int offset, int length) {
        buffer.put(open(type, length), source, offset, length);
        return this;
    }

    /** Adds an attribute whose value is there already, or is the caller's to put there; returns where its value begins. */
    public int reserve(int type, int length) {
        return open(type, length);
    }

    /** Adds text as UTF-8. */
    public StunWriter text(int type, String value) {
        return bytes(type, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a 32-bit number. */
    public StunWriter int32(int type, long value) {
        buffer.putInt(open(type, 4), (int) value);
        return this;
    }

    /** Adds a 64-bit number. */
    public StunWriter int64(int type, long value) {
        buffer.putLong(open(type, 8), value);
        return this;
    }

    /** Adds an address in the form of XOR-MAPPED-ADDRESS (section 14.2). */
    public StunWriter xorAddress(int type, TransportAddress a) {
        return xorAddress(type, a.ipv4(), a.high(), a.low(), a.port());
    }

    /** Adds an address, given by its bits, in the form of XOR-MAPPED-ADDRESS. */
    public StunWriter xorAddress(int type, boolean ipv4, long high, long low, int port) {
        int value = open(type, ipv4 ? 8 : 20);
        buffer.putShort(value, (short) (ipv4 ? 1 : 2));
        buffer.putShort(value + 2, (short) (port ^ StunMessage.MAGIC_COOKIE >>> 16));
        if (ipv4) {
            buffer.putInt(value + 4, (int) low ^ StunMessage.MAGIC_COOKIE);
        } else {
            buffer.putLong(value + 4, high ^ buffer.getLong(start + StunMessage.COOKIE_OFFSET));
            buffer.putLong(value + 12, low ^ buffer.getLong(start + StunMessage.TRANSACTION_OFFSET + 4));
        }
        return this;
    }

    /** Adds an address in the form of MAPPED-ADDRESS (section 14.1). */
    public StunWriter address(int type, TransportAddress a) {
        byte[] bytes = a.bytes();
        int value = open(type, 4 + bytes.length);
        buffer.putShort(value, (short) (a.ipv4() ? 1 : 2));
        buffer.putShort(value + 2, (short) a.port());
        buffer.put(value + 4, bytes);
        return this;
    }

    /** Adds ERROR-CODE (section 14.8) with a code from 300 to 699. */
    public StunWriter error(int code, String reason) {
        byte[] phrase = reason.getBytes(StandardCharsets.UTF_8);
        int value = open(StunAttribute.ERROR_CODE, 4 + phrase.length);
        buffer.putInt(value, code / 100 << 8 | code % 100);
        buffer.put(value + 4, phrase);
        return this;
    }

    /** Adds ADDRESS-ERROR-CODE (RFC 8656, section 18.12). */
    public StunWriter addressError(int type, int family, int code, String reason) {
        byte[] phrase = reason.getBytes(StandardCharsets.UTF_8);
        int value = open(type, 4 + phrase.length);
        buffer.putInt(value, family << 24 | code / 100 << 8 | code % 100);
        buffer.put(value + 4, phrase);
        return this;
    }

    /** Adds UNKNOWN-ATTRIBUTES (section 14.9). */
    public StunWriter unknownAttributes(int[] types) {
        int value = open(StunAttribute.UNKNOWN_ATTRIBUTES, types.length * 2);
        for (int i = 0; i < types.length; i++) {
            buffer.putShort(value + 2 * i, (short) types[i]);
        }
        return this;
    }

    /** Adds MESSAGE-INTEGRITY over everything so far. */
    public StunWriter integrity(MessageIntegrity integrity, byte[] key) {
        int covered = at - start;
        int value = open(StunAttribute.MESSAGE_INTEGRITY, StunMessage.SHA1_LENGTH);
        integrity.sign(buffer, start, covered, key, value);
        return this;
    }

    /** Adds MESSAGE-INTEGRITY-SHA256 over everything so far. */
    public StunWriter integritySha256(MessageIntegrity integrity, byte[] key) {
        int covered = at - start;
        int value = open(StunAttribute.MESSAGE_INTEGRITY_SHA256, StunMessage.SHA256_LENGTH);
        integrity.signSha256(buffer, start, covered, key, value);
        return this;
    }

    /** Adds PASSWORD-ALGORITHMS (section 14.11), the preferred one first. */
    public StunWriter passwordAlgorithms(List<PasswordAlgorithm> algorithms) {
        int value = open(StunAttribute.PASSWORD_ALGORITHMS, 4 * algorithms.size());
        for (int i = 0; i < algorithms.size(); i++) {
            buffer.putInt(value + 4 * i, algorithms.get(i).code() << 16);
        }
        return this;
    }

    /** Adds PASSWORD-ALGORITHM (section 14.12). */
    public StunWriter passwordAlgorithm(PasswordAlgorithm algorithm) {
        return int32(StunAttribute.PASSWORD_ALGORITHM, (long) algorithm.code() << 16);
    }

    /** Adds FINGERPRINT, which is last. */
    public StunWriter fingerprint() {
        int covered = at - start;
        int value = open(StunAttribute.FINGERPRINT, 4);
        buffer.putInt(value, Fingerprint.of(buffer, start, covered));
        return this;
    }

    /** Returns the length of the message in bytes. */
    public int length() {
        return at - start;
    }
}
