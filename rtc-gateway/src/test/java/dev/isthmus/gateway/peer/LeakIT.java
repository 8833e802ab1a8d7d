package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Connections that were closed leave nothing behind: no memory, no descriptors, no threads. */
class LeakIT {
    private static final int CONNECTIONS = 1000;
    private static final long MOST_LEFT = 2 << 20;

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void openAndClose(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (Pair pair = new Pair()) {
                pair.a.addTransceiver("audio");
                pair.connect();
            }
        }
    }

    /** What was closed is gone when the loops have done what was asked of them before. */
    private static void settle() throws Exception {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        try (Pair pair = new Pair()) {
            pair.a.addTransceiver("audio");
            pair.connect();
            Objects.requireNonNull(pair.b.getReceivers().get(0).getTransport()).setOnStatechange(e -> closed.complete(true));
            pair.a.close();
            Pair.get(closed);
        }
    }

    @Test
    void nothingIsLeft() throws Exception {
        openAndClose(20);
        settle();
        long descriptors = descriptors();
        int threads = threads();
        long heap = heap();
        openAndClose(CONNECTIONS / 2);
        settle();
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(() -> descriptors() <= descriptors + 8);
        assertThat(threads()).isLessThanOrEqualTo(threads + 4);
        Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(200, TimeUnit.MILLISECONDS)
                .until(() -> heap() - heap < MOST_LEFT);
    }
}
