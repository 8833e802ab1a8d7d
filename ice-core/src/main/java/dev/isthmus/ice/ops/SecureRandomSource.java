package dev.isthmus.ice.ops;

import dev.isthmus.ice.time.RandomSource;
import java.security.SecureRandom;

/** The random source of production. */
public final class SecureRandomSource implements RandomSource {
    private final SecureRandom random = new SecureRandom();

    @Override
    public void fill(byte[] bytes) {
        random.nextBytes(bytes);
    }
}
