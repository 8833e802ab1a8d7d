package dev.isthmus.ice.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The hand-over from one loop to another: a bounded ring with one producer and one consumer, 2 KiB slots made in advance, bytes copied. Each
 * packet carries the handler that is to receive it on the other loop. A full ring refuses; the producer counts that.
 */
final class Ring {
    static final int SLOTS = 512;
    static final int SLOT_BYTES = 2048;
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(Ring.class, "head", long.class);
            TAIL = MethodHandles.lookup().findVarHandle(Ring.class, "tail", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int STRIDE = ReceiveBatch.HEADROOM + SLOT_BYTES;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(SLOTS * STRIDE);
    /** The consumer's own view of the bytes: whatever a receiver does to its limit, the producer does not see it. */
    private final ByteBuffer reading = bytes.duplicate();
    private final AddressKey[] keys = new AddressKey[SLOTS];
    private final int[] lengths = new int[SLOTS];
    private final @Nullable DatagramHandler[] targets = new @Nullable DatagramHandler[SLOTS];
    private final Datagram view = new Datagram();
    @SuppressWarnings("unused") // through HEAD
    private long head;
    @SuppressWarnings("unused") // through TAIL
    private long tail;

    Ring() {
        for (int i = 0; i < SLOTS; i++) {
            keys[i] = new AddressKey();
        }
    }

    /** Producer: copies a packet in; returns false when the ring is full. The packet is at most {@link #SLOT_BYTES} long. */
    boolean offer(DatagramHandler target, AddressKey key, ByteBuffer source, int offset, int length) {
        long t = (long) TAIL.get(this);
        if (t - (long) HEAD.getAcquire(this) >= SLOTS) {
            return false;
        }
        int slot = (int) t & SLOTS - 1;
        bytes.put(slot * STRIDE + ReceiveBatch.HEADROOM, source, offset, length);
        keys[slot].set(key);
        lengths[slot] = length;
        targets[slot] = target;
        TAIL.setRelease(this, t + 1);
        return true;
    }

    boolean isEmpty() {
        return (long) HEAD.getOpaque(this) == (long) TAIL.getAcquire(this);
    }

    /** Consumer: hands over what was there when the call began; returns how many. */
    int drain(long nowNanos) {
        long h = (long) HEAD.get(this);
        long end = (long) TAIL.getAcquire(this);
        for (long at = h; at < end; at++) {
            int slot = (int) at & SLOTS - 1;
            DatagramHandler target = targets[slot];
            targets[slot] = null;
            if (target != null) {
                view.key().set(keys[slot]);
                target.onDatagram(view.wrap(reading, slot * STRIDE + ReceiveBatch.HEADROOM, lengths[slot]), nowNanos);
            }
            HEAD.setRelease(this, at + 1);
        }
        return (int) (end - h);
    }
}
