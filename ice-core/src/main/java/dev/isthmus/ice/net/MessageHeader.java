package dev.isthmus.ice.net;

import java.nio.ByteBuffer;

/**
 * Fields of the kernel's {@code struct mmsghdr} on 64-bit Linux, in a buffer of native byte order.
 *
 * <pre>
 *  0 msg_name        8      32 msg_control      8      56 msg_len   4
 *  8 msg_namelen 4 + 4      40 msg_controllen   8      60 padding   4
 * 16 msg_iov         8      48 msg_flags    4 + 4
 * 24 msg_iovlen      8
 * </pre>
 */
final class MessageHeader {
    static final int BYTES = 64;

    private MessageHeader() {}

    static void name(ByteBuffer b, int index, long address, int length) {
        b.putLong(index * BYTES, address);
        b.putInt(index * BYTES + 8, length);
    }

    /** Copies a whole header. */
    static void copy(ByteBuffer from, int index, ByteBuffer to, int target) {
        to.put(target * BYTES, from, index * BYTES, BYTES);
    }

    static void nameLength(ByteBuffer b, int index, int length) {
        b.putInt(index * BYTES + 8, length);
    }

    static void vectors(ByteBuffer b, int index, long address, int count) {
        b.putLong(index * BYTES + 16, address);
        b.putLong(index * BYTES + 24, count);
    }

    static void control(ByteBuffer b, int index, long address, int length) {
        b.putLong(index * BYTES + 32, address);
        b.putLong(index * BYTES + 40, length);
    }

    static void controlLength(ByteBuffer b, int index, int length) {
        b.putLong(index * BYTES + 40, length);
    }

    static long controlLength(ByteBuffer b, int index) {
        return b.getLong(index * BYTES + 40);
    }

    static int flags(ByteBuffer b, int index) {
        return b.getInt(index * BYTES + 48);
    }

    static int received(ByteBuffer b, int index) {
        return b.getInt(index * BYTES + 56);
    }
}
