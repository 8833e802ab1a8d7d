package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.time.RandomSource;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;

/** The injected random source in the shape that Bouncy Castle asks for. */
final class RandomAdapter extends SecureRandom {
    private static final long serialVersionUID = 1;

    RandomAdapter(RandomSource source) {
        super(new Spi(source), null);
    }

    private static final class Spi extends SecureRandomSpi {
        private static final long serialVersionUID = 1;
        private final transient RandomSource source;

        Spi(RandomSource source) {
            this.source = source;
        }

        @Override
        protected void engineSetSeed(byte[] seed) {
            // the source needs none
        }

        @Override
        protected void engineNextBytes(byte[] bytes) {
            source.fill(bytes);
        }

        @Override
        protected byte[] engineGenerateSeed(int length) {
            return source.bytes(length);
        }
    }
}
