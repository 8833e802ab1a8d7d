package dev.isthmus.gateway.rate;

import java.util.ArrayList;
import java.util.List;

/** A way with a capacity, a length and a queue, in virtual time; packets go one after the other, those beyond the queue are lost. */
public final class SimulatedLink {
    private final long delayNanos;
    private final long longestQueueNanos;
    private long bitsPerSecond;
    private long freeAt;
    private long longest;

    /** Creates a way. */
    public SimulatedLink(long bitsPerSecond, long delayNanos, long longestQueueNanos) {
        this.bitsPerSecond = bitsPerSecond;
        this.delayNanos = delayNanos;
        this.longestQueueNanos = longestQueueNanos;
    }

    /** Carries so much from now on. */
    public void capacity(long newBitsPerSecond) {
        bitsPerSecond = newBitsPerSecond;
    }

    /** Returns when a packet arrives that is sent now, or -1 when it is lost. */
    public long send(int size, long nowNanos) {
        long queue = Math.max(0, freeAt - nowNanos);
        if (queue > longestQueueNanos) {
            return -1;
        }
        longest = Math.max(longest, queue);
        freeAt = Math.max(freeAt, nowNanos) + size * 8L * 1_000_000_000L / bitsPerSecond;
        return freeAt + delayNanos;
    }

    /** Returns the longest time in the queue since the last call, in milliseconds. */
    public long longestQueueMillis() {
        long millis = longest / 1_000_000;
        longest = 0;
        return millis;
    }

    /** What a stretch of time has shown. */
    public record Sample(double seconds, long estimate, long queueMillis) {
        /** Returns those of a stretch. */
        public static List<Sample> between(List<Sample> all, double from, double to) {
            List<Sample> found = new ArrayList<>();
            all.stream().filter(s -> s.seconds() >= from && s.seconds() < to).forEach(found::add);
            return found;
        }
    }
}
