package dev.isthmus.gateway.media;

import java.util.concurrent.TimeUnit;
import dev.isthmus.gateway.rtp.SequenceNumbers;

/** Counts the pictures that have come whole, in whatever order their packets came, and those of which something stays away. */
final class FrameCount {
    private static final int WINDOW = 1024;
    private static final int MOST_WAITING = WINDOW / 2;
    /** As long as what is missing may still be repeated. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
    /** What is known of the last packets, by sequence number. */
    private final byte[] known = new byte[WINDOW];
    private static final byte CAME = 1;
    private static final byte ENDS = 2;
    private long next = -1;
    private long waitsFor = -1;
    private long since;
    private long highest;
    private long whole;
    private long broken;

    /** Takes in a packet, one that was sent again too. */
    void onPacket(int sequence, boolean endsPicture, long nowNanos) {
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
        advance(nowNanos);
    }

    private void advance(long nowNanos) {
        while (next <= highest) {
            byte what = known[(int) (next % WINDOW)];
            if (what == 0 && waitsFor != next) {
                waitsFor = next;
                since = nowNanos;
            }
            if (what == 0 && highest - next < MOST_WAITING && nowNanos - since < PATIENCE) {
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
