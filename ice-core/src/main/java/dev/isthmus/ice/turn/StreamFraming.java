package dev.isthmus.ice.turn;

import dev.isthmus.ice.stun.StunMessage;
import java.nio.ByteBuffer;

/**
 * Finds the messages in a byte stream: STUN messages by their length field, ChannelData by its own and padded to four bytes (RFC 8489,
 * section 6.2.2; RFC 8656, section 12.5).
 */
public final class StreamFraming {
    /** More bytes are needed to say where the message ends. */
    public static final int INCOMPLETE = 0;
    /** These bytes begin neither a STUN message nor ChannelData, and nothing after them can be understood. */
    public static final int BROKEN = -1;
    private static final int COOKIE_END = 8;

    private StreamFraming() {}

    /** Returns how many bytes the first message takes in the stream, there or still to come; {@link #INCOMPLETE}; or {@link #BROKEN}. */
    public static int next(ByteBuffer buffer, int offset, int available) {
        if (available < 1) {
            return INCOMPLETE;
        }
        int kind = buffer.get(offset) >>> 6 & 3;
        if (kind > 1) {
            return BROKEN;
        }
        if (available < ChannelData.HEADER_LENGTH) {
            return INCOMPLETE;
        }
        int length = buffer.getShort(offset + 2) & 0xffff;
        if (kind == 1) {
            return ChannelData.HEADER_LENGTH + (length + 3 & ~3);
        }
        boolean foreign = available >= COOKIE_END && buffer.getInt(offset + 4) != StunMessage.MAGIC_COOKIE;
        return (length & 3) != 0 || foreign ? BROKEN : StunMessage.HEADER_LENGTH + length;
    }
}
