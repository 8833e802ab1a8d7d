package dev.isthmus.gateway.peer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A future that refuses to be waited for on the queue whose later task completes it: that would never end. */
final class Promise<T> extends CompletableFuture<T> {
    private final TaskQueue queue;

    Promise(TaskQueue queue) {
        this.queue = queue;
    }

    static <T> Promise<T> rejected(TaskQueue queue, Throwable why) {
        Promise<T> promise = new Promise<>(queue);
        promise.completeExceptionally(why);
        return promise;
    }

    private void check() {
        if (!isDone() && queue.isCurrent()) {
            throw new IllegalStateException("waiting on the event queue's own thread would never end: use thenAccept");
        }
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        check();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        check();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        check();
        return super.join();
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Promise<>(queue);
    }
}
