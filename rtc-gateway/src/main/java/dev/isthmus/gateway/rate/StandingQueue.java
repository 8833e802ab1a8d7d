package dev.isthmus.gateway.rate;

/**
 * How long packets wait on the way: their delay beyond the least one of late, between two clocks that nobody compares. What is taken for the least
 * is forgotten after a while, since clocks drift and ways change. Times in microseconds.
 */
final class StandingQueue {
    private static final long EPOCH = 15_000_000;
    private long leastOfThis = Long.MAX_VALUE;
    private long leastOfLast = Long.MAX_VALUE;
    private long epochBegan = Long.MIN_VALUE;
    private long latest;
    private boolean any;

    void onDelay(long delay, long now) {
        if (epochBegan == Long.MIN_VALUE) {
            epochBegan = now;
        }
        if (now - epochBegan > EPOCH) {
            leastOfLast = leastOfThis;
            leastOfThis = Long.MAX_VALUE;
            epochBegan = now;
        }
        leastOfThis = Math.min(leastOfThis, delay);
        latest = delay;
        any = true;
    }

    /** Returns how long the last packet has waited. */
    long micros() {
        return any ? latest - Math.min(leastOfThis, leastOfLast) : 0;
    }
}
