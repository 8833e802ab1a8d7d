package dev.isthmus.gateway.sctp;

import java.util.concurrent.TimeUnit;

/** How long an answer takes, and how long one is waited for (RFC 9260, section 6.3.1). */
final class RoundTrip {
    /** Shorter than section 16 has it, as peers of WebRTC do: the way is known to work. */
    private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LEAST = TimeUnit.MILLISECONDS.toNanos(400);
    private static final long MOST = TimeUnit.SECONDS.toNanos(60);
    private long smoothed = -1;
    private long variation;
    private long timeout = FIRST;

    void measured(long nanos) {
        if (smoothed < 0) {
            smoothed = nanos;
            variation = nanos / 2;
        } else {
            variation += (Math.abs(smoothed - nanos) - variation) / 4;
            smoothed += (nanos - smoothed) / 8;
        }
        timeout = Math.clamp(smoothed + 4 * variation, LEAST, MOST);
    }

    /** Nothing came in time: twice as long is waited (rule E2). */
    void expired() {
        timeout = Math.min(2 * timeout, MOST);
    }

    long timeout() {
        return timeout;
    }

    /** Returns the smoothed round trip in nanoseconds, or -1. */
    long smoothed() {
        return smoothed;
    }
}
