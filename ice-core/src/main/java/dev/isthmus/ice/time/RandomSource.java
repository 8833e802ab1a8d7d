package dev.isthmus.ice.time;

import java.util.Base64;

/** The injected source of random bytes: cryptographic in production, seeded in tests, so that any test run can be replayed. */
@FunctionalInterface
public interface RandomSource {
    /** Fills the array with random bytes. */
    void fill(byte[] bytes);

    /** Returns that many random bytes. */
    default byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        fill(bytes);
        return bytes;
    }

    /** Returns 32 random bits. */
    default int nextInt() {
        byte[] b = bytes(4);
        return (b[0] & 0xff) << 24 | (b[1] & 0xff) << 16 | (b[2] & 0xff) << 8 | b[3] & 0xff;
    }

    /** Returns 64 random bits. */
    default long nextLong() {
        return (long) nextInt() << 32 | nextInt() & 0xffffffffL;
    }

    /** Returns a number from 0 to {@code bound - 1}; the bias is below 2^-32 for every bound that fits in an int. */
    default int below(int bound) {
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    /** Returns a string of that many characters from the base64url alphabet, each carrying six random bits. */
    default String token(int characters) {
        byte[] raw = bytes((characters * 6 + 7) / 8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw).substring(0, characters);
    }
}
