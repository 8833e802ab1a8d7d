package dev.isthmus.gateway.codec;

import java.nio.ByteBuffer;

/** The size of pictures in a sequence parameter set of H.264 (ITU-T H.264, section 7.3.2.1.1). */
final class SequenceParameters {
    static final int TYPE = 7;
    private static final int MACROBLOCK = 16;
    private static final int MOST_CYCLES = 255;
    private final ByteBuffer bytes;
    private final int end;
    private int at;
    private int bit;
    private int zeros;
    private boolean sound = true;
    private int width;
    private int height;

    /** Reads from behind the type of the unit. */
    SequenceParameters(ByteBuffer bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
        read();
    }

    boolean isSound() {
        return sound;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    private void read() {
        int profile = bits(8);
        bits(16);
        number();
        int chroma = 1;
        if (isHigh(profile)) {
            chroma = number();
            if (chroma == 3 && bits(1) == 1) {
                chroma = 0; // of separate planes, as if there were one
            }
            number();
            number();
            bits(1);
            if (bits(1) == 1) {
                scalingLists(chroma == 3 ? 12 : 8);
            }
        }
        number();
        order();
        number();
        bits(1);
        int columns = number() + 1;
        int rows = number() + 1;
        boolean frames = bits(1) == 1;
        if (!frames) {
            bits(1);
        }
        bits(1);
        width = columns * MACROBLOCK;
        height = rows * MACROBLOCK * (frames ? 1 : 2);
        if (bits(1) == 1) {
            crop(chroma, frames);
        }
    }

    private static boolean isHigh(int profile) {
        return switch (profile) {
            case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 -> true;
            default -> false;
        };
    }

    private void scalingLists(int count) {
        for (int i = 0; i < count && sound; i++) {
            if (bits(1) == 1) {
                int last = 8;
                int next = 8;
                for (int j = 0; j < (i < 6 ? 16 : 64) && sound; j++) {
                    next = next == 0 ? 0 : last + signed() + 256 & 0xff;
                    last = next == 0 ? last : next;
                }
            }
        }
    }

    private void order() {
        int type = number();
        if (type == 0) {
            number();
        } else if (type == 1) {
            bits(1);
            number();
            number();
            int cycles = number();
            sound &= cycles <= MOST_CYCLES;
            for (int i = 0; i < cycles && sound; i++) {
                number();
            }
        }
    }

    private void crop(int chroma, boolean frames) {
        int unitX = chroma == 1 || chroma == 2 ? 2 : 1;
        int unitY = (chroma == 1 ? 2 : 1) * (frames ? 1 : 2);
        width -= unitX * (number() + number());
        height -= unitY * (number() + number());
    }

    private int bits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 1 | bit();
        }
        return value;
    }

    private int bit() {
        if (bit == 0 && zeros >= 2 && at < end && bytes.get(at) == 3) {
            at++; // put in so that no start code appears
            zeros = 0;
        }
        if (at >= end) {
            sound = false;
            return 0;
        }
        int value = bytes.get(at) >> 7 - bit & 1;
        if (++bit == 8) {
            zeros = bytes.get(at) == 0 ? zeros + 1 : 0;
            bit = 0;
            at++;
        }
        return value;
    }

    /** An unsigned number of Exp-Golomb. */
    private int number() {
        int length = 0;
        while (sound && bit() == 0) {
            length++;
            sound &= length < 31;
        }
        return sound ? (1 << length) - 1 + bits(length) : 0;
    }

    private int signed() {
        int number = number();
        return (number & 1) == 1 ? (number + 1) / 2 : -(number / 2);
    }
}
