package dev.isthmus.gateway.peer;

/** The one ordered queue of a connection: a state change, its events and the completion it causes are one task, and no two tasks run at a time. */
public interface TaskQueue {
    /** Queues a task behind all others; from any thread. */
    void post(Runnable task);

    /** Returns whether the caller is one of the queue's own tasks, which must not wait for what a later task does. */
    boolean isCurrent();
}
