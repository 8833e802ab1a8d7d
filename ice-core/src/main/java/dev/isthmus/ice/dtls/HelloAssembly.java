package dev.isthmus.ice.dtls;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Puts a ClientHello together whose fragments come in any order (RFC 6347, section 4.2.3), once its first one has shown a valid cookie. */
public final class HelloAssembly {
    private static final int LONGEST = 8 * 1024;
    private final byte[] cookie;
    private final BitSet covered = new BitSet();
    private byte @Nullable [] record;
    private int length;
    private int sequence;
    private boolean failed;

    /** Creates an assembly for the client that has shown this cookie. */
    public HelloAssembly(byte[] cookie) {
        this.cookie = cookie;
    }

    /** Returns the cookie that the client has shown. */
    public byte[] cookie() {
        return cookie;
    }

    /** Takes the fragments in a datagram that {@link HandshakeGuard} has passed; the first call brings the first fragment. */
    public void add(ByteBuffer b, int offset, int count) {
        int at = offset;
        while (at < offset + count && !failed) {
            int end = at + HelloVerifier.RECORD_HEADER + (b.getShort(at + 11) & 0xffff);
            if (b.get(at) == HelloVerifier.HANDSHAKE && b.getShort(at + 3) == 0) {
                messages(b, at, end);
            }
            at = end;
        }
    }

    private void messages(ByteBuffer b, int recordAt, int end) {
        int at = recordAt + HelloVerifier.RECORD_HEADER;
        while (at < end && !failed) {
            int fragment = HelloVerifier.uint24(b, at + 9);
            if (b.get(at) == HelloVerifier.CLIENT_HELLO) {
                fragment(b, recordAt, at, fragment);
            }
            at += HelloVerifier.HANDSHAKE_HEADER + fragment;
        }
    }

    private void fragment(ByteBuffer b, int recordAt, int at, int fragment) {
        int total = HelloVerifier.uint24(b, at + 1);
        int number = b.getShort(at + 4) & 0xffff;
        byte[] whole = record;
        if (whole == null) {
            if (total > LONGEST) {
                failed = true;
                return;
            }
            whole = begin(b, recordAt, at, total);
            length = total;
            sequence = number;
        } else if (total != length || number != sequence) {
            return; // of another hello
        }
        int from = HelloVerifier.uint24(b, at + 6);
        b.get(at + HelloVerifier.HANDSHAKE_HEADER, whole, HelloVerifier.RECORD_HEADER + HelloVerifier.HANDSHAKE_HEADER + from, fragment);
        covered.set(from, from + fragment);
    }

    /** The heads of the whole: those of the first fragment with the lengths of a message in one piece. */
    private byte[] begin(ByteBuffer b, int recordAt, int at, int total) {
        byte[] whole = new byte[HelloVerifier.RECORD_HEADER + HelloVerifier.HANDSHAKE_HEADER + total];
        b.get(recordAt, whole, 0, HelloVerifier.RECORD_HEADER);
        b.get(at, whole, HelloVerifier.RECORD_HEADER, 6);
        ByteBuffer.wrap(whole).putShort(11, (short) (HelloVerifier.HANDSHAKE_HEADER + total));
        System.arraycopy(whole, HelloVerifier.RECORD_HEADER + 1, whole, HelloVerifier.RECORD_HEADER + 9, 3);
        record = whole;
        return whole;
    }

    /** Returns whether the hello is longer than any that is taken. */
    public boolean failed() {
        return failed;
    }

    /** Returns the ClientHello as a record with one fragment, or null as long as something is missing. */
    public byte @Nullable [] whole() {
        return record != null && covered.nextClearBit(0) >= length ? record : null;
    }
}
