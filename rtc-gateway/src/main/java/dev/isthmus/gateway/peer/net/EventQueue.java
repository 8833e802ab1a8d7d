package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.peer.TaskQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An ordered queue whose tasks run on an executor, one at a time. Posting takes no lock, so that event loops may. */
final class EventQueue implements TaskQueue {
    private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);
    private final Executor executor;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile @Nullable Thread thread;

    EventQueue(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void post(Runnable task) {
        tasks.add(task);
        if (waiting.getAndIncrement() == 0) {
            executor.execute(this::drain);
        }
    }

    private void drain() {
        do {
            Runnable task = tasks.poll();
            thread = Thread.currentThread();
            if (task != null) {
                run(task);
            }
            thread = null; // before another thread may go on
        } while (waiting.decrementAndGet() > 0);
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) { // whatever it is, the next task is to run
            LOG.error("a task of a connection failed", e);
        }
    }

    @Override
    public boolean isCurrent() {
        return thread == Thread.currentThread();
    }
}
