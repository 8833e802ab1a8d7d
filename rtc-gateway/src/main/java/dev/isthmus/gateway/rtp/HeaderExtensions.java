package dev.isthmus.gateway.rtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads and writes header extensions of one byte and of two (RFC 8285, section 4). */
public final class HeaderExtensions {
    private static final int ONE_BYTE = 0xBEDE;
    private static final int TWO_BYTES = 0x1000;
    private static final int HAS_EXTENSION = 0x10;
    private static final int STOP = 15;
    private static final int PROFILE_AND_LENGTH = 4;

    private HeaderExtensions() {}

    /**
     * Finds an extension in a packet whose header is well-formed.
     *
     * @return its place in the buffer and, in the lower byte, its length; or -1
     */
    public static int find(ByteBuffer b, int packet, int id) {
        if ((b.get(packet) & HAS_EXTENSION) == 0 || id == 0) {
            return -1;
        }
        int at = packet + RtpHeader.FIXED_LENGTH + 4 * (b.get(packet) & 0x0f);
        int profile = b.getShort(at) & 0xffff;
        int end = at + PROFILE_AND_LENGTH + 4 * (b.getShort(at + 2) & 0xffff);
        at += PROFILE_AND_LENGTH;
        if (profile == ONE_BYTE) {
            return oneByte(b, at, end, id);
        }
        return (profile & 0xfff0) == TWO_BYTES ? twoBytes(b, at, end, id) : -1;
    }

    private static int oneByte(ByteBuffer b, int from, int end, int id) {
        int at = from;
        while (at < end) {
            int head = b.get(at) & 0xff;
            if (head == 0) {
                at++;
                continue;
            }
            int length = (head & 0x0f) + 1;
            if (head >>> 4 == STOP || at + 1 + length > end) {
                return -1;
            }
            if (head >>> 4 == id) {
                return at + 1 << 8 | length;
            }
            at += 1 + length;
        }
        return -1;
    }

    private static int twoBytes(ByteBuffer b, int from, int end, int id) {
        int at = from;
        while (at < end) {
            int found = b.get(at) & 0xff;
            if (found == 0) {
                at++;
                continue;
            }
            if (at + 2 > end || at + 2 + (b.get(at + 1) & 0xff) > end) {
                return -1;
            }
            int length = b.get(at + 1) & 0xff;
            if (found == id) {
                return at + 2 << 8 | length;
            }
            at += 2 + length;
        }
        return -1;
    }

    /** Returns an extension's text, or null. */
    public static @Nullable String text(ByteBuffer b, int packet, int id) {
        int found = find(b, packet, id);
        if (found < 0) {
            return null;
        }
        byte[] bytes = new byte[found & 0xff];
        b.get(found >>> 8, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** Returns whether an extension is there and has these bytes. */
    public static boolean is(ByteBuffer b, int packet, int id, byte[] wanted) {
        int found = find(b, packet, id);
        if (found < 0 || (found & 0xff) != wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (b.get((found >>> 8) + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** Writes extensions of one byte behind a header, one after the other; ends with {@link #end}. */
    public static final class Writer {
        private ByteBuffer buffer = ByteBuffer.allocate(0);
        private int start;
        private int at;

        /** Begins behind the fixed header of a packet. */
        public void begin(ByteBuffer b, int packet) {
            buffer = b;
            start = packet + RtpHeader.FIXED_LENGTH;
            at = start + PROFILE_AND_LENGTH;
        }

        /** Adds an extension of 1 to 16 bytes; an id of 0 adds nothing. */
        public void add(int id, byte[] value) {
            if (id > 0 && id < STOP && value.length > 0 && value.length <= 16) {
                buffer.put(at, (byte) (id << 4 | value.length - 1));
                buffer.put(at + 1, value);
                at += 1 + value.length;
            }
        }

        /** Adds an extension that stands in another packet, if it does. */
        public void copy(int id, ByteBuffer source, int packet, int sourceId) {
            int found = id == 0 || id >= STOP ? -1 : find(source, packet, sourceId);
            int length = found & 0xff;
            if (found >= 0 && length > 0 && length <= 16) {
                buffer.put(at, (byte) (id << 4 | length - 1));
                buffer.put(at + 1, source, found >>> 8, length);
                at += 1 + length;
            }
        }

        /** Adds room for a value of so many bytes that is known later, and returns where it is, or -1 when there is no such extension. */
        public int reserve(int id, int length) {
            if (id <= 0 || id >= STOP) {
                return -1;
            }
            buffer.put(at, (byte) (id << 4 | length - 1));
            int value = at + 1;
            at += 1 + length;
            return value;
        }

        /** Ends the extensions and returns how many bytes they take, none when nothing was added. */
        public int end(int packet) {
            if (at == start + PROFILE_AND_LENGTH) {
                return 0;
            }
            while ((at - start & 3) != 0) {
                buffer.put(at++, (byte) 0);
            }
            buffer.putShort(start, (short) ONE_BYTE);
            buffer.putShort(start + 2, (short) ((at - start) / 4 - 1));
            buffer.put(packet, (byte) (buffer.get(packet) | HAS_EXTENSION));
            return at - start;
        }
    }
}
