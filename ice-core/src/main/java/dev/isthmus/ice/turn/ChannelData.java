package dev.isthmus.ice.turn;

import java.nio.ByteBuffer;

/**
 * The ChannelData message (RFC 8656, section 12.4).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |         channel number        |            length             |
 * |                        application data                       |
 * </pre>
 */
public final class ChannelData {
    public static final int HEADER_LENGTH = 4;
    public static final int FIRST_CHANNEL = 0x4000;
    /** The last number of RFC 8656's range. */
    public static final int LAST_CHANNEL = 0x4FFF;
    /** The last number of RFC 5766's range, in which older clients bind. */
    public static final int LAST_OLD_CHANNEL = 0x7FFF;

    private ChannelData() {}

    /** Returns whether a number may be bound: one of RFC 8656's range, or of RFC 5766's where not strict. */
    public static boolean validChannel(int number, boolean strict) {
        return number >= FIRST_CHANNEL && number <= (strict ? LAST_CHANNEL : LAST_OLD_CHANNEL);
    }

    /** Returns the channel number of a message of at least four bytes. */
    public static int channel(ByteBuffer buffer, int offset) {
        return buffer.getShort(offset) & 0xffff;
    }

    /** Returns the length of the data, or -1 when the message is too short for it. Over UDP padding may follow. */
    public static int dataLength(ByteBuffer buffer, int offset, int length) {
        if (length < HEADER_LENGTH) {
            return -1;
        }
        int claimed = buffer.getShort(offset + 2) & 0xffff;
        return claimed > length - HEADER_LENGTH ? -1 : claimed;
    }

    /** Writes the four bytes in front of the data. */
    public static void writeHeader(ByteBuffer buffer, int offset, int channel, int dataLength) {
        buffer.putShort(offset, (short) channel);
        buffer.putShort(offset + 2, (short) dataLength);
    }
}
