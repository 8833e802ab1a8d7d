package dev.isthmus.turn.auth;

import dev.isthmus.ice.net.AddressKey;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many answers a source address may get without having proved anything: so many a second, with a burst, for each IPv4 address and each
 * IPv6 /64, so that a forged source is not worth the trouble. A loopback source cannot be forged from outside, since the kernel takes none from
 * a network, and is not limited. The table is of fixed size, whoever asks; sources that share a place share its
 * allowance. Which do cannot be chosen from outside, since the hash is keyed. All loops share it.
 *
 * <p>A place holds, in one word, a tag of its source and the time at which its allowance will be whole again (the virtual scheduling form of a
 * token bucket).
 */
public final class AnswerLimiter {
    private static final int PLACES = 1 << 16;
    private static final int TAG_BITS = 20;
    private static final long TIME_MASK = (1L << 64 - TAG_BITS) - 1;
    private static final int LOOPBACK = 127;
    private static final int TRIES = 4;
    private static final long NANOS = 1_000_000_000;
    private static final int UNIT_NANOS = 1 << 14; // time is kept in units of 16 us, so that 44 bits last for years

    private final AtomicLongArray places = new AtomicLongArray(PLACES);
    private final long key;
    private final long each;
    private final long burst;

    /**
     * How much each source may get.
     *
     * @param perSecond answers a second in the long run
     * @param burst answers at once
     */
    public record Allowance(int perSecond, int burst) {
        /** What is safe against forged sources. */
        public static final Allowance DEFAULT = new Allowance(20, 200);
    }

    /** Creates one with a random key. */
    public AnswerLimiter(long key, Allowance allowance) {
        this.key = key | 1;
        this.each = Math.max(1, NANOS / UNIT_NANOS / allowance.perSecond());
        this.burst = each * allowance.burst();
    }

    /** Returns one of its own with the same allowance, for something else. */
    public AnswerLimiter apart() {
        return new AnswerLimiter(key * 0x9E3779B97F4A7C15L, each, burst);
    }

    private AnswerLimiter(long key, long each, long burst) {
        this.key = key | 1;
        this.each = each;
        this.burst = burst;
    }

    /** Takes one answer of the source's allowance; returns false when there is none left. */
    public boolean take(AddressKey source, long nowNanos) {
        if (source.ipv4() ? source.remoteLow() >>> 24 == LOOPBACK : source.remoteHigh() == 0 && source.remoteLow() == 1) {
            return true;
        }
        long now = nowNanos / UNIT_NANOS & TIME_MASK;
        long bits = source.ipv4() ? source.remoteLow() : source.remoteHigh() ^ 1L << 63;
        long hash = (bits + key) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ hash >>> 29) * (key ^ 0xBF58476D1CE4E5B9L);
        int at = (int) (hash >>> 40) & PLACES - 1;
        long tag = hash << 64 - TAG_BITS;
        for (int i = 0; i < TRIES; i++) {
            long held = places.get(at);
            long whole = held & TIME_MASK;
            long from = Math.max(whole, now);
            if ((held & ~TIME_MASK) != tag && whole > now) {
                tag = held & ~TIME_MASK; // somebody else's who is not done: one allowance for both
            }
            if (from - now > burst - each) {
                return false;
            }
            if (places.compareAndSet(at, held, tag | from + each)) {
                return true;
            }
        }
        return false;
    }
}
