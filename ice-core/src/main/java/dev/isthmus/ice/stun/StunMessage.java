package dev.isthmus.ice.stun;

import dev.isthmus.ice.net.TransportAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A flyweight over one STUN message (RFC 8489, section 5). {@link #wrap} checks the frame of every attribute once; after that every accessor
 * stays inside the message. Attributes behind the first integrity attribute are not found (sections 14.5 and 14.6), except
 * MESSAGE-INTEGRITY-SHA256 behind MESSAGE-INTEGRITY, and the fingerprint.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |0 0|     type (14 bits)        |         length (bytes)        |
 * |                    magic cookie 0x2112A442                    |
 * |                 transaction id (96 bits)                      |
 * </pre>
 */
public final class StunMessage {
    public static final int HEADER_LENGTH = 20;
    public static final int MAGIC_COOKIE = 0x2112A442;
    static final int LENGTH_OFFSET = 2;
    static final int COOKIE_OFFSET = 4;
    static final int TRANSACTION_OFFSET = 8;
    static final int SHA1_LENGTH = 20;
    static final int SHA256_LENGTH = 32;
    private static final int MAX_UNKNOWN = 16;
    private static final int[] NONE_UNKNOWN = {};

    private ByteBuffer buffer = ByteBuffer.allocate(HEADER_LENGTH);
    private int start;
    private int end = HEADER_LENGTH;
    private int searchEnd = HEADER_LENGTH;
    private int integrityAt = -1;
    private int integritySha256At = -1;
    private boolean fingerprint;

    /** Points at a message and checks its frame. On any result but {@link StunResult#OK} nothing else may be called. */
    public StunResult wrap(ByteBuffer bytes, int offset, int length) {
        if (length < HEADER_LENGTH) {
            return StunResult.TOO_SHORT;
        }
        if ((bytes.get(offset) & 0xC0) != 0) {
            return StunResult.BAD_TYPE;
        }
        if (bytes.getInt(offset + COOKIE_OFFSET) != MAGIC_COOKIE) {
            return StunResult.BAD_COOKIE;
        }
        int body = bytes.getShort(offset + LENGTH_OFFSET) & 0xffff;
        if (body + HEADER_LENGTH != length || (body & 3) != 0) {
            return StunResult.BAD_LENGTH;
        }
        buffer = bytes;
        start = offset;
        end = offset + length;
        return scan();
    }

    private StunResult scan() {
        integrityAt = -1;
        integritySha256At = -1;
        searchEnd = end;
        fingerprint = false;
        int at = start + HEADER_LENGTH;
        while (at < end) {
            int type = typeAt(at);
            int next = at + 4 + padded(lengthAt(at));
            if (next > end) {
                return StunResult.BAD_ATTRIBUTE;
            }
            if (type == StunAttribute.FINGERPRINT) {
                if (next != end || lengthAt(at) != 4 || buffer.getInt(at + 4) != Fingerprint.of(buffer, start, at - start)) {
                    return StunResult.BAD_FINGERPRINT;
                }
                fingerprint = true;
            } else if (type == StunAttribute.MESSAGE_INTEGRITY && searchEnd == end) {
                integrityAt = at;
                searchEnd = at;
            } else if (type == StunAttribute.MESSAGE_INTEGRITY_SHA256 && integritySha256At < 0) {
                integritySha256At = at;
                searchEnd = Math.min(searchEnd, at);
            }
            at = next;
        }
        return StunResult.OK;
    }

    static int padded(int length) {
        return length + 3 & ~3;
    }

    private int typeAt(int at) {
        return buffer.getShort(at) & 0xffff;
    }

    private int lengthAt(int at) {
        return buffer.getShort(at + 2) & 0xffff;
    }

    /** Returns the message type, class and method together. */
    public int type() {
        return buffer.getShort(start) & 0x3fff;
    }

    /** Returns the class of the message. */
    public int messageClass() {
        return StunType.classOf(type());
    }

    /** Returns the method of the message. */
    public int method() {
        return StunType.methodOf(type());
    }

    /** Returns the first 32 bits of the transaction id. */
    public int transactionHigh() {
        return buffer.getInt(start + TRANSACTION_OFFSET);
    }

    /** Returns the last 64 bits of the transaction id. */
    public long transactionLow() {
        return buffer.getLong(start + TRANSACTION_OFFSET + 4);
    }

    /** Returns whether a correct FINGERPRINT ends the message. */
    public boolean hasFingerprint() {
        return fingerprint;
    }

    /** Returns the offset of an attribute's value in the buffer, or -1 when the message has none of that type before its integrity. */
    public int find(int type) {
        int at = start + HEADER_LENGTH;
        while (at < searchEnd) {
            if (typeAt(at) == type) {
                return at + 4;
            }
            at += 4 + padded(lengthAt(at));
        }
        return -1;
    }

    /** Returns the length of the attribute whose value begins at the offset that {@link #find} gave. */
    public int valueLength(int valueOffset) {
        return lengthAt(valueOffset - 4);
    }

    /** Returns whether the attribute is there. */
    public boolean has(int type) {
        return find(type) >= 0;
    }

    /** Returns the value of a 32-bit attribute, or {@code missing} when it is absent or of another length. */
    public long unsignedInt(int type, long missing) {
        int at = find(type);
        return at < 0 || valueLength(at) != 4 ? missing : buffer.getInt(at) & 0xffffffffL;
    }

    /** Returns a 64-bit attribute's value; only after {@link #hasLong} said that it is there. */
    public long longValue(int type) {
        return buffer.getLong(find(type));
    }

    /** Returns whether an attribute of eight bytes is there. */
    public boolean hasLong(int type) {
        int at = find(type);
        return at >= 0 && valueLength(at) == 8;
    }

    /** Returns the bytes of an attribute, or null. */
    public byte @Nullable [] bytes(int type) {
        int at = find(type);
        if (at < 0) {
            return null;
        }
        byte[] value = new byte[valueLength(at)];
        buffer.get(at, value);
        return value;
    }

    /** Returns an attribute as UTF-8 text, or null. Bytes that are no UTF-8 become replacement characters. */
    public @Nullable String text(int type) {
        byte[] value = bytes(type);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    /** Returns the error code of an ERROR-CODE attribute (300 to 699), or 0 when there is none. */
    public int errorCode() {
        int at = find(StunAttribute.ERROR_CODE);
        return at < 0 || valueLength(at) < 4 ? 0 : (buffer.get(at + 2) & 7) * 100 + (buffer.get(at + 3) & 0xff);
    }

    /** Returns the reason phrase of an ERROR-CODE attribute, or an empty text. */
    public String errorReason() {
        byte[] value = bytes(StunAttribute.ERROR_CODE);
        return value == null || value.length < 4 ? "" : new String(value, 4, value.length - 4, StandardCharsets.UTF_8);
    }

    /** Returns an address attribute in the XOR form of XOR-MAPPED-ADDRESS (section 14.2), or null when absent or malformed. */
    public @Nullable TransportAddress xorAddress(int type) {
        int at = find(type);
        return at < 0 ? null : xorAddressAt(at);
    }

    private @Nullable TransportAddress xorAddressAt(int at) {
        int length = valueLength(at);
        if (length < 8) {
            return null;
        }
        int port = (buffer.getShort(at + 2) ^ MAGIC_COOKIE >>> 16) & 0xffff;
        if (length == 8 && buffer.get(at + 1) == 1) {
            return TransportAddress.ipv4(buffer.getInt(at + 4) ^ MAGIC_COOKIE, port);
        }
        if (length == 20 && buffer.get(at + 1) == 2) {
            long high = buffer.getLong(at + 4) ^ ((long) MAGIC_COOKIE << 32 | transactionHigh() & 0xffffffffL);
            return TransportAddress.ipv6(high, buffer.getLong(at + 12) ^ transactionLow(), port);
        }
        return null;
    }

    /** Returns every address attribute in the form of MAPPED-ADDRESS (section 14.1), in order; malformed ones are left out. */
    public List<TransportAddress> addresses(int type) {
        List<TransportAddress> found = new ArrayList<>();
        for (int at = start + HEADER_LENGTH; at < searchEnd; at += 4 + padded(lengthAt(at))) {
            int length = lengthAt(at);
            boolean ipv4 = length == 8 && buffer.get(at + 5) == 1;
            if (typeAt(at) == type && (ipv4 || length == 20 && buffer.get(at + 5) == 2)) {
                byte[] bytes = new byte[length - 4];
                buffer.get(at + 8, bytes);
                found.add(TransportAddress.of(bytes, buffer.getShort(at + 6) & 0xffff));
            }
        }
        return found;
    }

    /** Returns every XOR address of that type, in order; malformed ones are null. */
    public @Nullable TransportAddress[] xorAddresses(int type) {
        @Nullable
        TransportAddress[] found = new TransportAddress[8];
        int count = 0;
        for (int at = start + HEADER_LENGTH; at < searchEnd; at += 4 + padded(lengthAt(at))) {
            if (typeAt(at) == type) {
                found = count == found.length ? Arrays.copyOf(found, count * 2) : found;
                found[count++] = xorAddressAt(at + 4);
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Returns up to 16 comprehension-required types that {@code known} does not accept, in order of appearance. */
    public int[] unknownRequired(java.util.function.IntPredicate known) {
        int[] found = NONE_UNKNOWN;
        int count = 0;
        for (int at = start + HEADER_LENGTH; at < searchEnd && count < MAX_UNKNOWN; at += 4 + padded(lengthAt(at))) {
            int type = typeAt(at);
            if (StunAttribute.comprehensionRequired(type) && !known.test(type)) {
                found = Arrays.copyOf(found, count + 1);
                found[count++] = type;
            }
        }
        return found;
    }

    /** Returns whether a MESSAGE-INTEGRITY attribute is there, correct or not. */
    public boolean hasIntegrity() {
        return integrityAt >= 0 && lengthAt(integrityAt) == SHA1_LENGTH;
    }

    /** Returns whether a MESSAGE-INTEGRITY-SHA256 attribute of full length is there, correct or not. */
    public boolean hasIntegritySha256() {
        return integritySha256At >= 0 && lengthAt(integritySha256At) == SHA256_LENGTH;
    }

    /** Returns whether an attribute of either kind is there, of any length. */
    public boolean claimsIntegrity() {
        return integrityAt >= 0 || integritySha256At >= 0;
    }

    /** Returns whether a MESSAGE-INTEGRITY-SHA256 attribute is there, of any length. */
    public boolean claimsIntegritySha256() {
        return integritySha256At >= 0;
    }

    int integrityOffset() {
        return integrityAt - start;
    }

    int integritySha256Offset() {
        return integritySha256At - start;
    }

    /** Returns the buffer in which the message lies. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Returns where in the buffer the message begins. */
    public int start() {
        return start;
    }

    /** Returns the length of the whole message in bytes. */
    public int length() {
        return end - start;
    }
}
