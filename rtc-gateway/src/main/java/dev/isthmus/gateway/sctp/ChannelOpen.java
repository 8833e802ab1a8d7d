package dev.isthmus.gateway.sctp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What opens a data channel in-band (RFC 8832, section 5.1).
 *
 * <pre>
 * |  type = 3     | channel type  |            priority           |
 * |           repeats or milliseconds, by the channel type        |
 * |       length of the label     |    length of the protocol     |
 * |       label and protocol, UTF-8 ...                           |
 * </pre>
 *
 * @param ordered whether messages come in order
 * @param mostRepeats how often each may be sent again, or -1
 * @param lifetimeMillis how long each is of use, or -1
 * @param priority its share where several wait, from 0
 */
public record ChannelOpen(boolean ordered, long mostRepeats, long lifetimeMillis, int priority, String label, String protocol) {
    /** The priority of one of which nothing is said (RFC 8831, section 6.4). */
    public static final int NORMAL = 256;
    private static final int OPEN = 3;
    private static final int ACK = 2;
    private static final int FIXED = 12;
    private static final int UNORDERED = 0x80;
    private static final int REPEATS = 1;
    private static final int LIFETIME = 2;

    /** Returns the message that says so. */
    public byte[] write() {
        byte[] name = label.getBytes(StandardCharsets.UTF_8);
        byte[] sub = protocol.getBytes(StandardCharsets.UTF_8);
        int kind = mostRepeats >= 0 ? REPEATS : lifetimeMillis >= 0 ? LIFETIME : 0;
        long amount = mostRepeats >= 0 ? mostRepeats : Math.max(0, lifetimeMillis);
        return ByteBuffer.allocate(FIXED + name.length + sub.length).put((byte) OPEN).put((byte) (kind | (ordered ? 0 : UNORDERED)))
                .putShort((short) priority).putInt((int) amount).putShort((short) name.length).putShort((short) sub.length).put(name)
                .put(sub).array();
    }

    /** Returns the message that answers one. */
    public static byte[] acknowledgement() {
        return new byte[]{ACK};
    }

    /** Returns whether a message answers one. */
    public static boolean isAcknowledgement(byte[] message) {
        return message.length >= 1 && message[0] == ACK;
    }

    /** Reads a message; null when it is malformed, or another one. */
    public static @Nullable ChannelOpen read(byte[] message) {
        ByteBuffer b = ByteBuffer.wrap(message);
        if (message.length < FIXED || b.get(0) != OPEN) {
            return null;
        }
        int type = b.get(1) & 0xff;
        int kind = type & ~UNORDERED;
        int label = b.getShort(8) & 0xffff;
        int protocol = b.getShort(10) & 0xffff;
        if (kind > LIFETIME || FIXED + label + protocol != message.length) {
            return null;
        }
        long amount = b.getInt(4) & 0xffffffffL;
        return new ChannelOpen((type & UNORDERED) == 0, kind == REPEATS ? amount : -1, kind == LIFETIME ? amount : -1,
                b.getShort(2) & 0xffff, new String(message, FIXED, label, StandardCharsets.UTF_8),
                new String(message, FIXED + label, protocol, StandardCharsets.UTF_8));
    }
}
