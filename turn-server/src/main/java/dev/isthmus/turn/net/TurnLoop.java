package dev.isthmus.turn.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.allocation.RelaySockets;
import dev.isthmus.turn.auth.Quota;
import dev.isthmus.turn.server.Route;
import dev.isthmus.turn.server.TurnCommand;
import dev.isthmus.turn.server.TurnConfig;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.server.TurnServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The TURN server of one loop: its listeners and relay sockets around the protocol. Everything runs on the loop's thread. */
final class TurnLoop {
    private static final long WALL_READ_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private final Loop loop;
    private final LinkTable links;
    private final WallClock wallClock;
    private final UdpPort.Options relayOptions;
    private final boolean trains;
    private long wallReadAt;
    private long wallMillis;
    private final Counters<TurnReason> counters = new Counters<>(TurnReason.class);
    private final TurnServer server;
    private final List<UdpPort> listeners = new ArrayList<>();
    /** The flow of the packet that is handed to a link. */
    private final AddressKey linkKey = new AddressKey();

    /** What all loops share. */
    record Shared(TurnConfig config, Quota quota, LinkTable links, RandomSource random, WallClock wallClock, byte[] nonceKey,
            boolean trains) {}

    TurnLoop(Loop loop, Shared shared, PortPool ports) {
        this.loop = loop;
        this.links = shared.links();
        this.wallClock = shared.wallClock();
        this.trains = shared.trains();
        this.relayOptions = UdpPort.Options.DEFAULT.withTrains(trains);
        this.wallReadAt = loop.nowNanos();
        this.wallMillis = wallClock.millis();
        this.server = new TurnServer(new TurnServer.Parts(shared.config(), shared.quota(), ports, this::open, shared.links(),
                shared.random(), shared.nonceKey()), counters);
    }

    Loop loop() {
        return loop;
    }

    Counters<TurnReason> counters() {
        return counters;
    }

    int allocations() {
        return server.size();
    }

    TransportAddress listen(TransportAddress address, UdpPort.Options options) throws PortException {
        return add(ports -> UdpPort.bind(loop, address, options, ports));
    }

    void adopt(int descriptor) throws PortException {
        add(ports -> UdpPort.adopt(loop, descriptor, trains, ports));
    }

    private interface Opening {
        UdpPort open(DatagramHandler handler) throws PortException;
    }

    private TransportAddress add(Opening opening) throws PortException {
        Listener listener = new Listener();
        UdpPort port = opening.open(listener);
        listener.port = port;
        listeners.add(port);
        return port.local();
    }

    /** Nonces and expiries count seconds: the wall clock need not be read for every packet. */
    private long wallMillis(long nowNanos) {
        if (nowNanos - wallReadAt > WALL_READ_NANOS) {
            wallReadAt = nowNanos;
            wallMillis = wallClock.millis();
        }
        return wallMillis;
    }

    /** Hands what arrives at a listener to the protocol. */
    private final class Listener implements DatagramHandler {
        private @Nullable UdpPort port;

        @Override
        public void onDatagram(Datagram datagram, long nowNanos) {
            Route route = server.onClient(datagram, nowNanos, wallMillis(nowNanos));
            if (route.kind() == Route.Kind.TO_PEER) {
                toPeer(route); // which leaves no command behind
                return;
            }
            if (route.kind() == Route.Kind.TO_CLIENT && port != null) {
                port.send(route.to(), route.buffer(), route.offset(), route.length());
            }
            drainCommands(port);
        }
    }

    /** A relay socket with its allocation, its timer and the listener through which the client is reached. */
    private final class Relay implements RelaySockets.RelaySocket, DatagramHandler, Wheel.TimerHandler {
        private final Allocation allocation;
        private final Wheel.Entry timer = new Wheel.Entry(this);
        private @Nullable UdpPort port;
        private @Nullable UdpPort listener;
        private boolean open = true;

        Relay(Allocation allocation) {
            this.allocation = allocation;
        }

        @Override
        public void onDatagram(Datagram datagram, long nowNanos) {
            if (!open) {
                return;
            }
            Route route = server.onPeer(allocation, datagram, nowNanos);
            if (route.kind() == Route.Kind.TO_CLIENT && listener != null) {
                listener.send(route.to(), route.buffer(), route.offset(), route.length());
            }
        }

        @Override
        public long onTimer(long nowNanos) {
            server.onTimeout(allocation, nowNanos);
            drainCommands(null);
            return open ? allocation.nextDeadline() : Deadline.NONE;
        }

        void send(Route route) {
            LinkTable.Sink sink = route.sink();
            if (sink != null) {
                linkKey.setReversed(route.to());
                sink.deliver(loop, linkKey, route.buffer(), route.offset(), route.length());
            } else if (port != null) {
                port.send(route.to(), route.buffer(), route.offset(), route.length());
            }
        }

        @Override
        public void close() {
            open = false;
            links.remove(allocation.relayed());
            loop.wheel().cancel(timer);
            if (port != null) {
                port.close();
            }
        }
    }

    private static void toPeer(Route route) {
        if (route.socket() instanceof Relay relay) {
            relay.send(route);
        }
    }

    private RelaySockets.@Nullable RelaySocket open(Allocation allocation, TransportAddress address) {
        Relay relay = new Relay(allocation);
        try {
            relay.port = UdpPort.bind(loop, address, relayOptions, relay);
        } catch (PortException e) {
            return null;
        }
        links.add(allocation.relayed(), loop, relay);
        return relay;
    }

    private void drainCommands(@Nullable UdpPort listener) {
        for (TurnCommand command = server.pollCommand(); command != null; command = server.pollCommand()) {
            switch (command) {
                case TurnCommand.Schedule(Allocation allocation) -> schedule(allocation, listener);
                case TurnCommand.Release(Allocation allocation) -> {
                    RelaySockets.RelaySocket socket = allocation.socket();
                    if (socket != null) {
                        socket.close();
                    }
                }
            }
        }
    }

    private void schedule(Allocation allocation, @Nullable UdpPort listener) {
        if (allocation.socket() instanceof Relay relay) {
            if (listener != null) {
                relay.listener = listener;
            }
            loop.wheel().file(relay.timer, allocation.nextDeadline());
        }
    }

    void close() {
        listeners.forEach(UdpPort::close);
        for (Allocation allocation : server.allocations()) {
            RelaySockets.RelaySocket socket = allocation.socket();
            if (socket != null) {
                socket.close();
            }
        }
    }
}
