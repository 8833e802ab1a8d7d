package dev.isthmus.ice.net;

import java.util.List;

/** The loops of a process: fixed in number when it starts. */
public final class LoopGroup implements AutoCloseable {
    private final Loop[] loops;

    /** Starts that many loops; their threads are named after the group, and the program does not end before they do. */
    public LoopGroup(String name, int count) {
        this(name, count, false);
    }

    /**
     * Starts that many loops; their threads are named after the group.
     *
     * @param daemon whether the program may end while they run
     */
    public LoopGroup(String name, int count, boolean daemon) {
        loops = new Loop[count];
        for (int i = 0; i < count; i++) {
            String thread = name + "-" + i;
            loops[i] = new Loop(i, loops, task -> {
                Thread made = new Thread(task, thread);
                made.setDaemon(daemon);
                return made;
            });
        }
    }

    /**
     * Links the system calls on a thread of its own, so that a daemon reads its configuration meanwhile: both take about as long. Whoever
     * needs them earlier waits for them; without this call they are linked at first use.
     */
    public static void prepare() {
        Thread thread = new Thread(() -> {
            try {
                Libc.prepare();
            } catch (LinkageError ignored) {
                // The first use says the same to one who can report it.
            }
        }, "prepare");
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns the loops in order. */
    public List<Loop> loops() {
        return List.of(loops);
    }

    /** Returns one loop. */
    public Loop loop(int index) {
        return loops[index];
    }

    /** Ends every loop: output that is queued leaves, then the threads stop. */
    @Override
    public void close() {
        for (Loop loop : loops) {
            loop.shutdown();
        }
        try {
            for (Loop loop : loops) {
                loop.awaitTermination();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
