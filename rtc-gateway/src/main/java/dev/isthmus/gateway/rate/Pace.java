package dev.isthmus.gateway.rate;

import java.util.concurrent.TimeUnit;

/**
 * When the next packet may leave, so that a picture does not fill the queues on the way at once: at two and a half times the estimate, and faster
 * when what waits would wait for too long. One number: until when what has left is paid for.
 */
public final class Pace {
    private static final double FACTOR = 2.5;
    private static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long BURST = TimeUnit.MILLISECONDS.toNanos(5);
    private long paidUntil = Long.MIN_VALUE / 2;

    /** Returns whether a packet may leave now. */
    public boolean isOpen(long nowNanos) {
        return paidUntil - nowNanos <= BURST;
    }

    /** Returns when the next one may. */
    public long opensAt() {
        return paidUntil - BURST;
    }

    /**
     * A packet leaves.
     *
     * @param waiting the bytes that wait behind it
     */
    public void onSent(int size, long estimate, long waiting, long nowNanos) {
        double atLeast = waiting * 8e9 / LONGEST_WAIT;
        double rate = Math.max(FACTOR * estimate, atLeast);
        paidUntil = Math.min(Math.max(paidUntil, nowNanos) + (long) (size * 8e9 / rate), nowNanos + LONGEST_WAIT);
    }
}
