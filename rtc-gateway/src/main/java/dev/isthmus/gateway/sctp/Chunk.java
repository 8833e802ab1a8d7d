package dev.isthmus.gateway.sctp;

import java.nio.ByteBuffer;

/**
 * Numbers of chunks (RFC 9260, section 3.2; RFC 3758, RFC 6525 and RFC 8260) and where their parts stand.
 *
 * <pre>
 * |     source port               |     destination port          |
 * |                     verification tag                          |
 * |                     checksum (CRC-32C, little-endian)         |
 * |     type      |     flags     |     length with this header   |
 * |     value, filled up to a multiple of four ...                |
 * </pre>
 */
final class Chunk {
    static final int PACKET_HEADER = 12;
    static final int HEADER = 4;
    static final int DATA = 0;
    static final int INIT = 1;
    static final int INIT_ACK = 2;
    static final int SACK = 3;
    static final int HEARTBEAT = 4;
    static final int HEARTBEAT_ACK = 5;
    static final int ABORT = 6;
    static final int SHUTDOWN = 7;
    static final int SHUTDOWN_ACK = 8;
    static final int ERROR = 9;
    static final int COOKIE_ECHO = 10;
    static final int COOKIE_ACK = 11;
    static final int SHUTDOWN_COMPLETE = 14;
    static final int I_DATA = 64;
    static final int RE_CONFIG = 130;
    static final int FORWARD_TSN = 192;
    static final int I_FORWARD_TSN = 194;

    /** Flags of data: the last fragment, the first one, out of order, to be acknowledged at once. */
    static final int END = 1;
    static final int BEGIN = 2;
    static final int UNORDERED = 4;
    static final int IMMEDIATE = 8;
    /** Of ABORT and SHUTDOWN COMPLETE: the tag is the receiver's own. */
    static final int REFLECTED = 1;

    /** Before the data of a DATA chunk: TSN, stream, sequence number, protocol. */
    static final int DATA_HEADER = 16;
    /** Before that of an I-DATA chunk: TSN, stream, message, protocol or fragment. */
    static final int I_DATA_HEADER = 20;

    private Chunk() {}

    static int padded(int length) {
        return length + 3 & ~3;
    }

    static int length(ByteBuffer b, int at) {
        return b.getShort(at + 2) & 0xffff;
    }

    /** Returns whether chunks, or parameters, fill a room, each in its own length. */
    static boolean fill(ByteBuffer b, int from, int end) {
        int at = from;
        while (at < end) {
            if (end - at < HEADER || length(b, at) < HEADER || length(b, at) > end - at) {
                return false;
            }
            at += padded(length(b, at));
        }
        return true;
    }
}
