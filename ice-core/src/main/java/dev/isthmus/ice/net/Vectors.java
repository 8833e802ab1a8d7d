package dev.isthmus.ice.net;

import java.nio.ByteBuffer;

/** The kernel's {@code struct iovec}, an address and a length of eight bytes each, in a buffer of native byte order. */
final class Vectors {
    static final int BYTES = 16;

    private Vectors() {}

    static void set(ByteBuffer b, int index, long address, int length) {
        b.putLong(index * BYTES, address);
        b.putLong(index * BYTES + 8, length);
    }

    static void length(ByteBuffer b, int index, int length) {
        b.putLong(index * BYTES + 8, length);
    }
}
