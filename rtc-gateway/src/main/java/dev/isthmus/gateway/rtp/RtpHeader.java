package dev.isthmus.gateway.rtp;

import java.nio.ByteBuffer;

/**
 * A flyweight over the RTP header (RFC 3550, section 5.1).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |           synchronization source (SSRC) identifier            |
 * |            contributing source (CSRC) identifiers ...         |
 * |   defined by profile          |  extension length (words) ... |
 * </pre>
 */
public final class RtpHeader {
    public static final int FIXED_LENGTH = 12;
    private static final int EXTENSION = 0x10;
    private static final int PADDING = 0x20;

    private RtpHeader() {}

    /** Returns the length of the header with CSRCs and extension, or -1 when the packet is no RTP or ends inside its header. */
    public static int length(ByteBuffer b, int offset, int length) {
        if (length < FIXED_LENGTH || (b.get(offset) & 0xC0) != 0x80) {
            return -1;
        }
        int header = FIXED_LENGTH + 4 * (b.get(offset) & 0x0f);
        if ((b.get(offset) & EXTENSION) != 0) {
            if (header + 4 > length) {
                return -1;
            }
            header += 4 + 4 * (b.getShort(offset + header + 2) & 0xffff);
        }
        return header > length ? -1 : header;
    }

    /** Returns the length of the payload without its padding, or -1 when the padding is longer than the payload. */
    public static int payloadLength(ByteBuffer b, int offset, int length, int header) {
        int payload = length - header;
        if ((b.get(offset) & PADDING) != 0) {
            int padding = payload == 0 ? 0 : b.get(offset + length - 1) & 0xff;
            return padding == 0 || padding > payload ? -1 : payload - padding;
        }
        return payload;
    }

    /** Returns the marker bit. */
    public static boolean marker(ByteBuffer b, int offset) {
        return b.get(offset + 1) < 0;
    }

    /** Returns the payload type. */
    public static int payloadType(ByteBuffer b, int offset) {
        return b.get(offset + 1) & 0x7f;
    }

    /** Returns the 16-bit sequence number. */
    public static int sequence(ByteBuffer b, int offset) {
        return b.getShort(offset + 2) & 0xffff;
    }

    /** Returns the timestamp. */
    public static int timestamp(ByteBuffer b, int offset) {
        return b.getInt(offset + 4);
    }

    /** Returns the SSRC. */
    public static int ssrc(ByteBuffer b, int offset) {
        return b.getInt(offset + 8);
    }

    /** Writes a header of twelve bytes: no padding, extension or CSRC. */
    public static void write(ByteBuffer b, int offset, boolean marker, int payloadType, int sequence, int timestamp, int ssrc) {
        b.put(offset, (byte) 0x80);
        b.put(offset + 1, (byte) (payloadType | (marker ? 0x80 : 0)));
        b.putShort(offset + 2, (short) sequence);
        b.putInt(offset + 4, timestamp);
        b.putInt(offset + 8, ssrc);
    }
}
