package dev.isthmus.turn.auth;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A rate of bytes per second with room for a burst, shared by all loops: the generic cell rate algorithm, which keeps one number, the time at
 * which everything taken so far will have been earned.
 */
public final class RateLimit {
    private static final long SECOND = 1_000_000_000L;
    /** A burst is what comes in a quarter of a second, and at least this: a key frame, or a train. */
    private static final long LEAST_BURST = 64 << 10;
    private final long bytesPerSecond;
    private final long burstNanos;
    private final AtomicLong earned = new AtomicLong(Long.MIN_VALUE / 2);

    /** Creates a limit of so many bytes per second. */
    public RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.burstNanos = Math.max(SECOND / 4, nanos(LEAST_BURST));
    }

    private long nanos(long bytes) {
        return bytes * SECOND / bytesPerSecond;
    }

    /** Takes so many bytes if they are there. */
    public boolean take(int bytes, long nowNanos) {
        long cost = nanos(bytes);
        while (true) {
            long before = earned.get();
            long after = Math.max(before, nowNanos - burstNanos) + cost;
            if (after > nowNanos) {
                return false;
            }
            if (earned.compareAndSet(before, after)) {
                return true;
            }
        }
    }

    /** Returns whether a whole burst is there. */
    boolean full(long nowNanos) {
        return earned.get() <= nowNanos - burstNanos;
    }

    /** Takes so many bytes, on credit if need be; returns how many nanoseconds must pass until half a burst is there again. */
    public long owe(int bytes, long nowNanos) {
        long cost = nanos(bytes);
        long after = earned.updateAndGet(before -> Math.max(before, nowNanos - burstNanos) + cost);
        // Whoever came back as soon as nothing is owed would leave nothing to those who may not owe.
        return after <= nowNanos ? 0 : after - nowNanos + burstNanos / 2;
    }

    /** Returns whether more than a burst is owed, so that nobody is to owe still more who need not. */
    boolean overdrawn(long nowNanos) {
        return earned.get() - nowNanos > burstNanos;
    }
}
