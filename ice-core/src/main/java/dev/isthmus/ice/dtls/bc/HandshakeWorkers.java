package dev.isthmus.ice.dtls.bc;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Runs handshakes on virtual threads, with caps on how many run, how many wait, and how many belong to one address. */
public final class HandshakeWorkers {
    private final int maxRunning;
    private final int maxWaiting;
    private final int maxPerAddress;
    private final Deque<Job> waiting = new ArrayDeque<>();
    private final Map<String, Integer> perAddress = new HashMap<>();
    private int running;

    private record Job(String address, Runnable handshake) {}

    /** Creates workers with their caps. */
    public HandshakeWorkers(int maxRunning, int maxWaiting, int maxPerAddress) {
        this.maxRunning = maxRunning;
        this.maxWaiting = maxWaiting;
        this.maxPerAddress = maxPerAddress;
    }

    /** Runs a handshake now or soon; returns false when a cap is reached. */
    synchronized boolean submit(String address, Runnable handshake) {
        if (perAddress.getOrDefault(address, 0) >= maxPerAddress || running >= maxRunning && waiting.size() >= maxWaiting) {
            return false;
        }
        perAddress.merge(address, 1, Integer::sum);
        Job job = new Job(address, handshake);
        if (running < maxRunning) {
            start(job);
        } else {
            waiting.add(job);
        }
        return true;
    }

    private void start(Job job) {
        running++;
        Thread.ofVirtual().name("dtls").start(() -> {
            try {
                job.handshake().run();
            } finally {
                finished(job);
            }
        });
    }

    private synchronized void finished(Job job) {
        running--;
        perAddress.computeIfPresent(job.address(), (a, n) -> n <= 1 ? null : (Integer) (n - 1));
        Job next = waiting.poll();
        if (next != null) {
            start(next);
        }
    }
}
