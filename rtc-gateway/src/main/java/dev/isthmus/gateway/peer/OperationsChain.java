package dev.isthmus.gateway.peer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one asynchronous operation of a connection run at a time (webrtc-pc, section 4.4.1.2). What a connection leaves undone when it is closed
 * never completes.
 */
final class OperationsChain {
    private final PeerState state;
    private final Runnable onEmpty;
    private final Deque<Runnable> operations = new ArrayDeque<>();

    /** Creates an empty chain; when it becomes empty, it says so. */
    OperationsChain(PeerState state, Runnable onEmpty) {
        this.state = state;
        this.onEmpty = onEmpty;
    }

    /** Runs an operation after those before it; it is called with the lock held, at once when there are none. */
    <T> CompletableFuture<T> chain(Supplier<CompletableFuture<T>> operation) {
        Promise<T> result = new Promise<>(state.queue);
        synchronized (state.lock) {
            if (state.closed) {
                return Promise.rejected(state.queue, WebRtcException.invalidState("the connection is closed"));
            }
            operations.add(() -> run(operation, result));
            if (operations.size() == 1) {
                operations.element().run();
            }
        }
        return result;
    }

    private static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> operation) {
        try {
            return operation.get();
        } catch (RuntimeException | Error e) { // what is no error of the specification is not to stop the chain either
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> void run(Supplier<CompletableFuture<T>> operation, Promise<T> result) {
        CompletableFuture<T> running = begin(operation);
        if (running.isDone()) { // it failed before anything was done: the caller is to have its future first
            state.queue.post(() -> running.whenComplete((value, failure) -> settle(result, value, failure)));
        } else { // a task that needs the lock, which is held here, completes it
            running.whenComplete((value, failure) -> settle(result, value, failure));
        }
    }

    private <T> void settle(Promise<T> result, @Nullable T value, @Nullable Throwable failure) {
        synchronized (state.lock) {
            if (state.closed) {
                return;
            }
            operations.remove();
            Runnable next = operations.peek();
            if (next == null) {
                onEmpty.run();
            } else {
                next.run();
            }
        }
        if (failure == null) {
            result.complete(value);
        } else {
            result.completeExceptionally(
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
        }
    }

    boolean isEmpty() {
        return operations.isEmpty();
    }
}
