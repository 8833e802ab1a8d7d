package dev.isthmus.ice.dtls;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads every record and plaintext handshake header before the engine does (RFC 6347, sections 4.1 and 4.2.2), since the engine allocates what
 * a 24-bit length claims.
 *
 * <pre>
 * record:    type 1, version 2, epoch 2, sequence 6, length 2
 * handshake: type 1, length 3, message sequence 2, fragment offset 3, fragment length 3
 * </pre>
 */
public final class HandshakeGuard {
    private static final int RECORD_HEADER = 13;
    private static final int HANDSHAKE_HEADER = 12;
    private static final int HANDSHAKE = 22;
    private static final int LARGEST_MESSAGE = 16 * 1024;
    private static final int MAX_FRAGMENTS = 64;
    private static final int MESSAGES = 32;

    /** Fragments seen of each message sequence; a handshake has far fewer messages, later ones share the last cell. */
    private final int[] fragments = new int[MESSAGES];

    /** Returns why the datagram is refused, or null when it may pass. */
    public @Nullable DtlsReason check(ByteBuffer b, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (end - at < RECORD_HEADER) {
                return DtlsReason.BAD_RECORD;
            }
            int bodyLength = b.getShort(at + 11) & 0xffff;
            int body = at + RECORD_HEADER;
            if (body + bodyLength > end) {
                return DtlsReason.BAD_RECORD;
            }
            boolean plaintext = b.getShort(at + 3) == 0;
            DtlsReason reason = plaintext && b.get(at) == HANDSHAKE ? messages(b, body, body + bodyLength) : null;
            if (reason != null) {
                return reason;
            }
            at = body + bodyLength;
        }
        return null;
    }

    private @Nullable DtlsReason messages(ByteBuffer b, int from, int end) {
        int at = from;
        while (at < end) {
            if (end - at < HANDSHAKE_HEADER) {
                return DtlsReason.BAD_FRAGMENT;
            }
            int length = uint24(b, at + 1);
            int sequence = b.getShort(at + 4) & 0xffff;
            int fragmentOffset = uint24(b, at + 6);
            int fragmentLength = uint24(b, at + 9);
            if (length > LARGEST_MESSAGE) {
                return DtlsReason.HANDSHAKE_TOO_LONG;
            }
            if (fragmentOffset + fragmentLength > length || at + HANDSHAKE_HEADER + fragmentLength > end) {
                return DtlsReason.BAD_FRAGMENT;
            }
            int cell = Math.min(sequence, MESSAGES - 1);
            if (++fragments[cell] > MAX_FRAGMENTS) {
                return DtlsReason.TOO_MANY_FRAGMENTS;
            }
            at += HANDSHAKE_HEADER + fragmentLength;
        }
        return null;
    }

    private static int uint24(ByteBuffer b, int at) {
        return (b.getShort(at) & 0xffff) << 8 | b.get(at + 2) & 0xff;
    }
}
