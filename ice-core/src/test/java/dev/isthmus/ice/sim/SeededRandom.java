package dev.isthmus.ice.sim;

import dev.isthmus.ice.time.RandomSource;
import java.util.SplittableRandom;

/** Random bytes that depend on nothing but the seed. */
public final class SeededRandom implements RandomSource {
    private final SplittableRandom random;

    public SeededRandom(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public void fill(byte[] bytes) {
        random.nextBytes(bytes);
    }

    /** Returns a number from 0 up to 1. */
    public double fraction() {
        return random.nextDouble();
    }

    /** Returns an independent source whose sequence is fixed by this one's state. */
    public SeededRandom split() {
        return new SeededRandom(random.nextLong());
    }
}
