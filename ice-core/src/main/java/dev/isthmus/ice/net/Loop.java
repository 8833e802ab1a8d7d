package dev.isthmus.ice.net;

import dev.isthmus.ice.count.Counters;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.Future;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop: a thread on Netty's epoll that owns ports, timers and sessions. A turn is: sockets, rings from other loops, timers, output,
 * then tasks. All of a turn's output leaves together.
 */
public final class Loop {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int LOGGED_FAILURES = 20;
    private static final int MOST_UNREACHABLE = 64;

    private final int index;
    private final Executor executor;
    private final Counters<NetReason> counters = new Counters<>(NetReason.class);
    private final Libc.Errno errno = new Libc.Errno();
    private final Receiver input = new Receiver();
    private final SendBatch output;
    private final Wheel wheel = new Wheel(System.nanoTime());
    private final AtomicReferenceArray<@Nullable Ring> incoming;
    private final Loop[] group;
    private final TimerPort timer;
    /** The ports that want to hear of errors, by descriptor. */
    private final Map<Integer, UdpPort> errorPorts = new HashMap<>();
    private int loggedFailures;
    /** How many such reports are under way; more are left out. */
    private int unreachable;
    private volatile long threadId;

    Loop(int index, Loop[] group, ThreadFactory threads) {
        this.index = index;
        this.group = group;
        this.incoming = new AtomicReferenceArray<>(group.length);
        this.executor = new Executor(threads);
        this.output = new SendBatch(counters, errno, this::unreachable);
        this.timer = new TimerPort(errno);
        CompletableFuture<Void> started = new CompletableFuture<>();
        executor.execute(() -> {
            threadId = Thread.currentThread().threadId();
            timer.interest(register(timer));
            started.complete(null);
        });
        started.join();
    }

    /** Netty's loop with our own phases around its wait for sockets. */
    private final class Executor extends SingleThreadIoEventLoop {
        Executor(ThreadFactory threads) {
            super(null, threads, EpollIoHandler.newFactory());
        }

        @Override
        protected int runIo() {
            output.flush();
            timer.arm(wheel.nextDeadline());
            int handled = super.runIo();
            turn();
            return handled;
        }

        /**
         * Timers are the wheel's, so Netty's wait needs no time limit and no timer of the kernel's; unless a channel of Netty's own has
         * scheduled something. Netty itself would wake up every second.
         */
        @Override
        protected long deadlineNanos() {
            return nextScheduledTaskDeadlineNanos();
        }

        @Override
        protected boolean hasTasks() {
            return super.hasTasks() || ringsWaiting();
        }

        void wake() {
            wakeup(false);
        }
    }

    /** However little there is to do, the clock is read twice: when the first datagram is there, and when everything has been sent. */
    private void turn() {
        boolean read = input.hasRead();
        long began = read ? input.began() : System.nanoTime();
        long elsewhere = 0;
        if (ringsWaiting()) {
            long from = System.nanoTime();
            drainRings(from);
            elsewhere += ended(NetReason.TURN_SLOW_RING, from);
        }
        if (wheel.nextDeadline() <= (read ? input.clock() : began)) {
            long from = System.nanoTime();
            advanceWheel(from);
            elsewhere += ended(NetReason.TURN_SLOW_TIMER, from);
        }
        if (output.flush() || read) {
            slow(NetReason.TURN_SLOW_IO, System.nanoTime() - began - elsewhere);
            input.endOfTurn();
        }
    }

    private void advanceWheel(long now) {
        try {
            wheel.advance(now);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    /** Ends a phase of the turn that began then; returns how long it took. */
    private long ended(NetReason cause, long began) {
        long nanos = System.nanoTime() - began;
        slow(cause, nanos);
        return nanos;
    }

    private void slow(NetReason cause, long nanos) {
        if (nanos > SLOW_NANOS) {
            counters.count(cause);
        }
    }

    private void failed(RuntimeException e) {
        counters.count(NetReason.TASK_FAILED);
        if (loggedFailures++ < LOGGED_FAILURES) {
            LOG.error("a handler failed on loop {}", index, e);
        }
    }

    private boolean ringsWaiting() {
        for (int i = 0; i < incoming.length(); i++) {
            Ring ring = incoming.get(i);
            if (ring != null && !ring.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private void drainRings(long nowNanos) {
        for (int i = 0; i < incoming.length(); i++) {
            Ring ring = incoming.get(i);
            if (ring != null && !ring.isEmpty()) {
                try {
                    counters.add(NetReason.RING_PACKETS, ring.drain(nowNanos));
                } catch (RuntimeException e) {
                    failed(e);
                }
            }
        }
    }

    /** Reads sockets into the loop's receive batches. The clock is read for every {@link ReceiveBatch#COUNT} datagrams. */
    final class Receiver {
        private final ReceiveBatch single = new ReceiveBatch(ReceiveBatch.SLOT_BYTES);
        private @Nullable ReceiveBatch trains;
        private final ErrorQueue errors = new ErrorQueue(errno);
        private long began;
        private long clock;
        private int sinceClock;

        /** Lays out the memory for trains when the first port that may get one is opened. */
        void expectTrains() {
            if (trains == null) {
                trains = new ReceiveBatch(ReceiveBatch.TRAIN_BYTES);
            }
        }

        private ReceiveBatch batch(UdpPort port) {
            ReceiveBatch b = trains;
            return port.trains() && b != null ? b : single;
        }

        /** Hands over the ICMP errors that wait at a port. */
        void receiveErrors(UdpPort port) {
            errors.drain(port, counters, System.nanoTime());
        }

        /** Reads a port once and hands over what came; returns how many datagrams, or 0 when nothing is left there. */
        int receive(UdpPort port) {
            ReceiveBatch batch = batch(port);
            int received = batch.receive(errno, port.descriptor());
            if (received <= 0) {
                if (received != 0 && received != -Libc.EAGAIN && received != -Libc.ECONNREFUSED && !port.asksForErrors()) {
                    counters.count(NetReason.RECEIVE_ERROR);
                }
                return 0;
            }
            int datagrams = 0;
            for (int i = 0; i < received && port.isOpen(); i++) {
                datagrams += deliver(port, batch, i, readClock());
            }
            return batch.wasFilled(received, datagrams) ? datagrams : 0;
        }

        private long readClock() {
            if (began == 0 || sinceClock >= ReceiveBatch.COUNT) {
                clock = System.nanoTime();
                sinceClock = 0;
                began = began == 0 ? clock : began;
            }
            return clock;
        }

        /** Every datagram of a train is handed over by itself; its receiver may write over the one before. Returns how many there were. */
        private int deliver(UdpPort port, ReceiveBatch batch, int i, long now) {
            int length = batch.length(i);
            int segment = batch.segment(i);
            if (batch.truncated(i) || segment > ReceiveBatch.SLOT_BYTES) {
                counters.count(NetReason.RECEIVE_TRUNCATED);
                return 1;
            }
            if (segment < length) {
                counters.count(NetReason.TRAINS_IN);
            }
            int datagrams = 0;
            int at = 0;
            do {
                int count = Math.min(segment, length - at);
                datagrams++;
                try {
                    port.deliver(batch.view(i, at, count, port), now);
                } catch (RuntimeException e) {
                    failed(e);
                }
                at += segment;
            } while (at < length && port.isOpen());
            counters.add(NetReason.DATAGRAMS_IN, datagrams);
            sinceClock += datagrams;
            return datagrams;
        }

        boolean hasRead() {
            return began != 0;
        }

        void endOfTurn() {
            began = 0;
        }

        /** Returns when the turn's first datagram was there. */
        long began() {
            return began;
        }

        /** Returns the time as it was read last. */
        long clock() {
            return clock;
        }

    }

    Receiver input() {
        return input;
    }

    void reportErrors(UdpPort port) {
        errorPorts.put(port.descriptor(), port);
    }

    void forget(UdpPort port) {
        errorPorts.remove(port.descriptor(), port);
    }

    /** Told later: whoever hears of it may want to send something, and output is being sent just now. */
    private void unreachable(int fd, ByteBuffer names, int at) {
        UdpPort port = errorPorts.isEmpty() || unreachable >= MOST_UNREACHABLE ? null : errorPorts.get(fd);
        if (port != null) {
            TransportAddress remote = SockAddr.read(names, at);
            unreachable++;
            execute(() -> {
                unreachable--;
                port.deliverUnreachable(remote, nowNanos());
            });
        }
    }

    SendBatch output() {
        return output;
    }

    IoRegistration register(IoHandle port) {
        Future<IoRegistration> future = executor.register(port);
        IoRegistration registration = future.getNow();
        if (registration == null) {
            throw new IllegalStateException("a port is opened on its loop's thread", future.cause());
        }
        return registration;
    }

    /** Returns Netty's event loop, for channels that live on this loop. */
    public IoEventLoop netty() {
        return executor;
    }

    /** Returns the loop's number, from 0. */
    public int index() {
        return index;
    }

    /** Returns whether the caller runs on this loop's thread. */
    public boolean inLoop() {
        return executor.inEventLoop();
    }

    /** Returns the present time; handlers are given theirs, this is for tasks. */
    public long nowNanos() {
        return System.nanoTime();
    }

    /** Runs a task on the loop's thread, soon. A task that throws is counted and logged, up to a limit. */
    public void execute(Runnable task) {
        executor.execute(() -> {
            long began = System.nanoTime();
            try {
                task.run();
            } catch (RuntimeException e) {
                failed(e);
            }
            slow(NetReason.TURN_SLOW_TASK, System.nanoTime() - began);
        });
    }

    /** Runs a task on the loop's thread and completes with its result; at once when already there. */
    public <T extends @Nullable Object> CompletableFuture<T> submit(java.util.concurrent.Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable run = () -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) { // an error too: whoever waits is to hear of it
                result.completeExceptionally(e);
            }
        };
        if (inLoop()) {
            run.run();
        } else {
            executor.execute(run);
        }
        return result;
    }

    /** Returns the loop's timers; on the loop's thread only. */
    public Wheel wheel() {
        return wheel;
    }

    /** Returns the loop's counters; written on its thread only. */
    public Counters<NetReason> counters() {
        return counters;
    }

    /**
     * Hands a packet to a handler that lives on another loop, or on this one: it is copied and delivered in that loop's next drain, never
     * inside this call. Call on this loop's thread. A full ring drops and counts.
     */
    public void handOver(Loop target, DatagramHandler handler, AddressKey key, ByteBuffer source, int offset, int length) {
        if (length > Ring.SLOT_BYTES) {
            counters.count(NetReason.RING_TOO_LONG);
            return;
        }
        Ring ring = target.incoming.get(index);
        if (ring == null) {
            ring = new Ring();
            target.incoming.set(index, ring);
        }
        if (!ring.offer(handler, key, source, offset, length)) {
            counters.count(NetReason.RING_FULL);
            return;
        }
        if (target != this) {
            target.executor.wake();
        }
    }

    /** Returns how many bytes the loop's thread has allocated on the heap so far; what the hot path adds should be nothing. */
    public long allocatedBytes() {
        return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
                ? threads.getThreadAllocatedBytes(threadId)
                : 0;
    }

    void shutdown() {
        executor.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    }

    void awaitTermination() throws InterruptedException {
        if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
            LOG.warn("loop {} did not end in time", index);
        }
        timer.release();
    }
}
