package dev.isthmus.gateway.codec;

import java.nio.ByteBuffer;

/** The size of a picture, where a packet tells it: VP8 (RFC 7741), VP9 (RFC 9628) and H.264 (RFC 6184). Allocates nothing. */
public final class PictureSize {
    private static final int VP8_START = 0x9d012a;
    private static final int LARGEST = 0x3fff;

    private PictureSize() {}

    /** Returns the size that a payload tells, to be asked for {@link #width} and {@link #height}, or 0 when it tells none. */
    public static int read(String format, ByteBuffer b, int offset, int length) {
        if (length < 4) {
            return 0;
        }
        return switch (format.length()) {
            case 3 -> format.regionMatches(true, 0, "VP8", 0, 3)
                    ? vp8(b, offset, offset + length)
                    : format.regionMatches(true, 0, "VP9", 0, 3) ? vp9(b, offset, offset + length) : 0;
            case 4 -> format.regionMatches(true, 0, "H264", 0, 4) ? h264(b, offset, offset + length) : 0;
            default -> 0;
        };
    }

    /** Returns the width in pixels. */
    public static int width(int size) {
        return size >>> 16;
    }

    /** Returns the height in pixels. */
    public static int height(int size) {
        return size & 0xffff;
    }

    private static int of(int width, int height) {
        return width > 0 && height > 0 && width <= 0xffff && height <= 0xffff ? width << 16 | height : 0;
    }

    /** RFC 7741, sections 4.2 and 4.3; RFC 6386, section 9.1. */
    private static int vp8(ByteBuffer b, int from, int end) {
        int first = b.get(from);
        int at = from + 1;
        if ((first & 0x17) != 0x10) { // not the beginning of the first partition
            return 0;
        }
        if ((first & 0x80) != 0) {
            int more = b.get(at++);
            boolean pictureId = (more & 0x80) != 0;
            at += pictureId ? at < end && b.get(at) < 0 ? 2 : 1 : 0;
            at += (more & 0x40) != 0 ? 1 : 0;
            at += (more & 0x30) != 0 ? 1 : 0;
        }
        if (at + 10 > end || (b.get(at) & 1) != 0 || (b.getInt(at + 2) & 0xff_ffff) != VP8_START) {
            return 0;
        }
        return of(Short.reverseBytes(b.getShort(at + 6)) & LARGEST, Short.reverseBytes(b.getShort(at + 8)) & LARGEST);
    }

    /** RFC 9628, section 4.2: the scalability structure has the sizes of all layers, the largest last. */
    private static int vp9(ByteBuffer b, int from, int end) {
        int first = b.get(from);
        boolean flexible = (first & 0x10) != 0;
        int at = from + 1;
        if ((first & 0x80) != 0) {
            at += b.get(at) < 0 ? 2 : 1;
        }
        if ((first & 0x20) != 0) {
            at += flexible ? 1 : 2;
        }
        if (flexible && (first & 0x40) != 0) {
            while (at < end && (b.get(at++) & 1) != 0) {
                // another reference
            }
        }
        if ((first & 0x02) == 0 || at >= end) {
            return 0;
        }
        int structure = b.get(at++) & 0xff;
        int last = at + 4 * (structure >>> 5);
        return (structure & 0x10) == 0 || last + 4 > end ? 0 : of(b.getShort(last) & 0xffff, b.getShort(last + 2) & 0xffff);
    }

    /** RFC 6184, sections 5.6 and 5.7: a sequence parameter set by itself, or among others in one packet. */
    private static int h264(ByteBuffer b, int from, int end) {
        int type = b.get(from) & 0x1f;
        if (type == SequenceParameters.TYPE) {
            return size(b, from + 1, end);
        }
        if (type != 24) {
            return 0;
        }
        for (int at = from + 1; at + 3 <= end;) {
            int unit = at + 2;
            int next = unit + (b.getShort(at) & 0xffff);
            if (next > end) {
                return 0;
            }
            if ((b.get(unit) & 0x1f) == SequenceParameters.TYPE) {
                return size(b, unit + 1, next);
            }
            at = next;
        }
        return 0;
    }

    private static int size(ByteBuffer b, int from, int end) {
        SequenceParameters read = new SequenceParameters(b, from, end); // comes with few packets
        return read.isSound() ? of(read.width(), read.height()) : 0;
    }
}
