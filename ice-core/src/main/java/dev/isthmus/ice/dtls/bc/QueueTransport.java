package dev.isthmus.ice.dtls.bc;

import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.tls.DatagramTransport;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams between the owner loop and the association: a bounded queue in, a bounded queue out. During the handshake reading waits on the
 * handshake's own thread; afterwards the loop reads, and an empty queue is an interruption, which leaves the association open.
 */
final class QueueTransport implements DatagramTransport {
    private static final int CAPACITY = 64;
    private static final int OUT_CAPACITY = 256;
    private static final int MTU = 1200;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final InterruptedIOException EMPTY = new Empty();

    private final ArrayBlockingQueue<byte[]> in = new ArrayBlockingQueue<>(CAPACITY);
    private final ConcurrentLinkedQueue<byte[]> out = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<byte[]> held = new ConcurrentLinkedQueue<>();
    private final AtomicInteger outCount = new AtomicInteger();
    private final Runnable outputReady;
    private volatile boolean waiting = true;
    private volatile boolean closed;
    private volatile boolean holding;

    private static final class Empty extends InterruptedIOException {
        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /**
     * Creates a transport.
     *
     * @param holding whether the last flight waits for {@link #release}: a peer sends media as soon as it has the server's Finished, and the
     *        first packets, which begin a key frame, would come before the loop has the keys
     */
    QueueTransport(boolean holding, Runnable outputReady) {
        this.holding = holding;
        this.outputReady = outputReady;
    }

    /** Lets the last flight go; on the loop, once the keys are there or the handshake has failed. */
    void release() {
        holding = false;
        for (byte[] datagram = held.poll(); datagram != null; datagram = held.poll()) {
            outCount.incrementAndGet();
            out.add(datagram);
        }
    }

    private static boolean isLastFlight(byte[] datagram) {
        return datagram.length > 4 && (datagram[0] == CHANGE_CIPHER_SPEC || datagram[3] != 0 || datagram[4] != 0);
    }

    boolean offer(byte[] datagram) {
        return in.offer(datagram);
    }

    boolean isClosed() {
        return closed;
    }

    boolean hasInput() {
        return !in.isEmpty();
    }

    byte @Nullable [] pollOutput() {
        byte[] next = out.poll();
        if (next != null) {
            outCount.decrementAndGet();
        }
        return next;
    }

    /** From now on reading never waits. */
    void stopWaiting() {
        waiting = false;
    }

    @Override
    public int getReceiveLimit() {
        return 2048;
    }

    @Override
    public int getSendLimit() {
        return MTU;
    }

    @Override
    public int receive(byte[] buffer, int offset, int length, int waitMillis) throws InterruptedIOException {
        byte[] datagram;
        try {
            datagram = waiting && waitMillis > 0 ? in.poll(waitMillis, TimeUnit.MILLISECONDS) : in.poll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        if (closed && waiting) {
            throw new InterruptedIOException("closed");
        }
        if (datagram == null) {
            if (!waiting) {
                throw EMPTY;
            }
            return -1;
        }
        int count = Math.min(length, datagram.length);
        System.arraycopy(datagram, 0, buffer, offset, count);
        return count;
    }

    @Override
    public void send(byte[] buffer, int offset, int length) {
        if (outCount.incrementAndGet() > OUT_CAPACITY) {
            outCount.decrementAndGet();
            return;
        }
        byte[] datagram = new byte[length];
        System.arraycopy(buffer, offset, datagram, 0, length);
        if (holding && isLastFlight(datagram)) {
            outCount.decrementAndGet();
            held.add(datagram);
            return;
        }
        out.add(datagram);
        outputReady.run();
    }

    @Override
    public void close() {
        closed = true;
        in.offer(new byte[0]); // wakes a handshake that waits
    }
}
