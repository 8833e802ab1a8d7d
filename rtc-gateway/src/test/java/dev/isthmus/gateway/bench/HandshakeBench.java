package dev.isthmus.gateway.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.ops.SecureRandomSource;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** DTLS handshakes in memory, both sides in this process: each side makes and checks one signature and agrees on one secret, so half is one side's. */
final class HandshakeBench {
    private static final int AT_ONCE = 8;
    private final SecureRandomSource random = new SecureRandomSource();
    private final HandshakeWorkers workers = new HandshakeWorkers(64, 4096, 4096);
    private final Counters<DtlsReason> counters = new Counters<>(DtlsReason.class);
    private final BlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
    private final DtlsCertificate certificate = DtlsCertificate.generate(random, System.currentTimeMillis());
    private int done;

    /** One end of a handshake. */
    private final class Side {
        final BcDtlsEngine engine;
        @Nullable
        Side other;

        Side(boolean client) {
            Fingerprint expected = certificate.fingerprint();
            engine = new BcDtlsEngine(
                    new BcDtlsEngine.Setup(client, List.of(certificate), List.of(expected), List.of(SrtpProfile.values()), () -> ""),
                    new BcDtlsEngine.Owner(loop::add, this::drain, workers, random, counters));
        }

        void drain() {
            Side to = other;
            for (byte[] datagram = engine.pollTransmit(); datagram != null && to != null; datagram = engine.pollTransmit()) {
                to.engine.onPacket(ByteBuffer.wrap(datagram), 0, datagram.length, 0);
            }
            for (DtlsEvent next = engine.pollEvent(); next != null; next = engine.pollEvent()) {
                if (next instanceof DtlsEvent.Connected) {
                    done++;
                } else {
                    throw new IllegalStateException(next.toString());
                }
            }
        }
    }

    private void begin() {
        Side client = new Side(true);
        Side server = new Side(false);
        client.other = server;
        server.other = client;
        client.engine.start(0);
    }

    private double round(int count) throws InterruptedException {
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = process.getProcessCpuTime();
        done = 0;
        int begun = 0;
        while (done < 2 * count) {
            while (begun < count && begun - done / 2 < AT_ONCE) {
                begin();
                begun++;
            }
            loop.take().run();
        }
        return (process.getProcessCpuTime() - before) / (2.0 * count);
    }

    /** Prints what a handshake costs one side. */
    static void run(int rounds, int count) throws InterruptedException {
        HandshakeBench bench = new HandshakeBench();
        bench.round(2 * count);
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            all.add(bench.round(count));
        }
        Collections.sort(all);
        double median = all.get(rounds / 2);
        System.out.printf(Locale.ROOT, "DTLS handshake, one side: %.2f ms of CPU (%.2f-%.2f), %.0f per second and core%n", median / 1e6,
                all.get(0) / 1e6, all.get(rounds - 1) / 1e6, 1e9 / median);
    }

    private HandshakeBench() {}
}
