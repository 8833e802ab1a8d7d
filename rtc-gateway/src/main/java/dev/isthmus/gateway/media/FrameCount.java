package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.SequenceNumbers;

/** Counts the pictures that have come whole, in whatever order their packets came, and those of which something stays away. */
final class FrameCount {
    private static final int WINDOW = 1024;
    private static final int PATIENCE = WINDOW / 2;
    /** What is known of the last packets, by sequence number. */
    private final byte[] known = new byte[WINDOW];
    private static final byte CAME = 1;
    private static final byte ENDS = 2;
    private long next = -1;
    private long highest;
    private long whole;
    private long broken;

    /** Takes in a packet, one that was sent again too. */
    void onPacket(int sequence, boolean endsPicture) {
        if (next < 0) {
            next = 0x10000L + sequence;
            highest = next - 1;
        }
        long at = SequenceNumbers.extend(Math.max(highest, next), sequence);
        if (at < next) {
            return;
        }
        if (at - next >= WINDOW) { // too wide a gap for waiting
            broken++;
            next = at;
            highest = at - 1;
        }
        while (highest < at) {
            known[(int) (++highest % WINDOW)] = 0;
        }
        known[(int) (at % WINDOW)] = endsPicture ? ENDS : CAME;
        advance();
    }

    private void advance() {
        while (next <= highest) {
            byte what = known[(int) (next % WINDOW)];
            if (what == 0 && highest - next < PATIENCE) {
                return;
            }
            if (what == 0) {
                broken++;
                skip();
            } else {
                whole += what == ENDS ? 1 : 0;
                next++;
            }
        }
    }

    /** Goes on behind the picture that something is missing of. */
    private void skip() {
        while (next <= highest && known[(int) (next % WINDOW)] != ENDS) {
            next++;
        }
        next++;
        highest = Math.max(highest, next - 1);
    }

    long whole() {
        return whole;
    }

    long broken() {
        return broken;
    }
}
