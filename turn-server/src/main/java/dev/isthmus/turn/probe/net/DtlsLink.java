package dev.isthmus.turn.probe.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.ServerIdentity;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.turn.probe.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A DTLS association with the server. */
final class DtlsLink implements Network.Link {
    private static final long HANDSHAKE_MILLIS = 10_000;
    private static final long STEP_MILLIS = 20;
    private final UdpLink udp;
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final BcDtlsEngine engine;
    private final Deque<byte[]> messages = new ArrayDeque<>();
    private boolean open;
    private boolean ended;

    DtlsLink(UdpLink udp, RandomSource random) throws IOException {
        this.udp = udp;
        engine = BcDtlsEngine.client(ServerIdentity.ANY, "",
                new BcDtlsEngine.Owner(tasks::add, () -> {}, new HandshakeWorkers(1, 1, 1), random, new Counters<>(DtlsReason.class)));
        engine.start(System.nanoTime());
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HANDSHAKE_MILLIS);
        while (!open && !ended && System.nanoTime() < deadline) {
            step(STEP_MILLIS);
        }
        if (!open) {
            udp.close();
            throw new IOException("no DTLS handshake");
        }
    }

    /** Sends what is ready, and takes what comes in that time. */
    private void step(long millis) throws IOException {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        transmit();
        byte[] datagram = udp.receive(millis);
        if (datagram != null) {
            engine.onPacket(ByteBuffer.wrap(datagram), 0, datagram.length, System.nanoTime());
        }
        for (DtlsEvent event = engine.pollEvent(); event != null; event = engine.pollEvent()) {
            switch (event) {
                case DtlsEvent.Open() -> open = true;
                case DtlsEvent.Data(byte[] bytes) -> messages.add(bytes);
                case DtlsEvent.Failed failed -> ended = true;
                case DtlsEvent.Closed() -> ended = true;
                case DtlsEvent.Connected connected -> throw new IllegalStateException("media keys");
            }
        }
        transmit();
    }

    private void transmit() throws IOException {
        for (byte[] datagram = engine.pollTransmit(); datagram != null; datagram = engine.pollTransmit()) {
            udp.send(datagram);
        }
    }

    @Override
    public void send(byte[] message) throws IOException {
        engine.send(ByteBuffer.wrap(message), 0, message.length);
        transmit();
    }

    @Override
    public void raw(byte[] bytes) throws IOException {
        send(bytes);
    }

    @Override
    public byte @Nullable [] receive(long millis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (messages.isEmpty() && !ended && System.nanoTime() < deadline) {
            step(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
        return messages.poll();
    }

    @Override
    public boolean ended(long millis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!ended && System.nanoTime() < deadline) {
            step(STEP_MILLIS);
        }
        return ended;
    }

    @Override
    public TransportAddress local() {
        return udp.local();
    }

    @Override
    public void close() {
        engine.close();
        try {
            transmit();
        } catch (IOException e) {
            ended = true; // the server is gone
        }
        udp.close();
    }
}
