package dev.isthmus.gateway.rtp;

/** Sequence numbers of 16 bits, extended so that they no longer wrap (RFC 3550, appendix A.1). */
public final class SequenceNumbers {
    private static final int TURN = 0x10000;
    private static final int HALF = TURN / 2;

    private SequenceNumbers() {}

    /** Returns the extended number that is nearest to the highest one so far; negative when that is before the first. */
    public static long extend(long highest, int sequence) {
        long candidate = highest & ~0xffffL | sequence;
        long difference = candidate - highest;
        if (difference > HALF) {
            return candidate - TURN;
        }
        return difference < -HALF ? candidate + TURN : candidate;
    }
}
