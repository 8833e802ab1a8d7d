package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.peer.PeerHost;
import dev.isthmus.gateway.peer.RTCCertificate;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.TaskQueue;
import dev.isthmus.gateway.peer.TransportMonitor;
import dev.isthmus.gateway.peer.TransportPort;
import dev.isthmus.ice.time.RandomSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A network seen from one of its loops: all transports that are opened here live there. */
final class PlacedHost implements PeerHost {
    private final PeerNetwork network;
    private final PeerLoop loop;
    private final Consumer<TransportMonitor> opened;
    private final boolean data;

    PlacedHost(PeerNetwork network, PeerLoop loop, boolean data, Consumer<TransportMonitor> opened) {
        this.data = data;
        this.network = network;
        this.loop = loop;
        this.opened = opened;
    }

    @Override
    public TaskQueue newQueue() {
        return network.newQueue();
    }

    @Override
    public RandomSource random() {
        return network.random();
    }

    @Override
    public long wallMillis() {
        return network.wallMillis();
    }

    @Override
    public long nanos() {
        return network.nanos();
    }

    @Override
    public CompletableFuture<RTCCertificate> generateCertificate(boolean rsa, long lifetimeMillis) {
        return network.generateCertificate(rsa, lifetimeMillis);
    }

    @Override
    public boolean takesData() {
        return data;
    }

    @Override
    public void elsewhere(Runnable task) {
        network.elsewhere(task);
    }

    @Override
    public void later(long nanos, Runnable task) {
        loop.later(nanos, task);
    }

    @Override
    public TransportPort open(TransportPort.Setup setup, TaskQueue queue, TransportPort.Listener listener) {
        LiveTransport made = new LiveTransport(loop, null, setup, queue, listener);
        opened.accept(made);
        return made;
    }

    @Override
    public void prepare(TaskQueue queue, @Nullable RTCConfiguration configuration) {
        // shared ports need no gathering ahead
    }
}
