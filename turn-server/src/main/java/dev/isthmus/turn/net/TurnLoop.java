package dev.isthmus.turn.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.bc.PemIdentity;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.Descriptors;
import dev.isthmus.ice.net.HeldPort;
import dev.isthmus.ice.net.IcmpError;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.RelayPool;
import dev.isthmus.turn.allocation.RelaySockets;
import dev.isthmus.turn.allocation.PeerConnection;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.server.Route;
import dev.isthmus.turn.server.TcpRelays;
import dev.isthmus.turn.server.TurnCommand;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.server.TurnServer;
import io.netty.channel.Channel;
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
    private final UdpPort.Options adoptedOptions;
    private long wallReadAt;
    private long wallMillis;
    private final Counters<TurnReason> counters = new Counters<>(TurnReason.class);
    private final TurnServer server;
    private final List<UdpPort> listeners = new ArrayList<>();
    private final StreamClients streams;
    private final DtlsClients dtls;
    private final Shared shared;
    private final PeerStreams peerStreams;
    private final MovedClients moved = new MovedClients(this);
    /** The flow of the packet that is handed to a link. */
    private final AddressKey linkKey = new AddressKey();

    /** What all loops share. */
    record Shared(TurnService.Setup setup, TurnServer.Tables tables, LinkTable links, RandomSource random, WallClock wallClock,
            byte[] nonceKey, List<TurnLoop> loops, StreamClients.Shared streams, DtlsClients.Shared dtls) {}

    TurnLoop(Loop loop, Shared shared, List<RelayPool> relays) {
        this.loop = loop;
        this.links = shared.links();
        this.wallClock = shared.wallClock();
        this.adoptedOptions = UdpPort.Options.DEFAULT.withTrains(shared.setup().trains()).withTraffic(shared.setup().traffic());
        this.relayOptions = adoptedOptions.withErrors(true);
        this.wallReadAt = loop.nowNanos();
        this.wallMillis = wallClock.millis();
        this.streams = new StreamClients(this, shared.streams());
        this.dtls = new DtlsClients(this, shared.dtls());
        this.shared = shared;
        this.peerStreams = new PeerStreams(this);
        this.server = new TurnServer(new TurnServer.Parts(shared.setup().config(), shared.tables(), loop.index(), relays, new Sockets(),
                shared.links(), shared.random(), shared.nonceKey()), counters);
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

    TransportAddress listen(DatagramSetup setup, TransportAddress address, UdpPort.Options options) throws PortException {
        return add(setup, ports -> UdpPort.bind(loop, address, options, ports));
    }

    /** Takes over a given socket, with DTLS where the configuration wants it at that address. */
    void adopt(int descriptor) throws PortException {
        TransportAddress local = Descriptors.localAddress(descriptor);
        DatagramSetup setup = shared.setup().listeners().stream().filter(s -> s.address().equals(local)).findFirst().orElse(null);
        add(setup, ports -> UdpPort.adopt(loop, descriptor, adoptedOptions, ports));
    }

    private interface Opening {
        UdpPort open(DatagramHandler handler) throws PortException;
    }

    private TransportAddress add(@Nullable DatagramSetup setup, Opening opening) throws PortException {
        Listener listener = setup == null || setup.dtls() == null ? new Listener() : new DtlsListener(setup.dtls(), setup.plain());
        UdpPort port = opening.open(listener);
        listener.path = new ClientPath.Udp(port);
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
    private class Listener implements DatagramHandler {
        protected ClientPath.@Nullable Udp path;

        @Override
        public void onDatagram(Datagram datagram, long nowNanos) {
            ClientPath back = path;
            if (back != null) {
                onMessage(datagram, back, nowNanos);
            }
        }
    }

    /** A listener that takes DTLS, alone or beside datagrams without. */
    private final class DtlsListener extends Listener {
        private final PemIdentity identity;
        private final boolean plain;

        DtlsListener(PemIdentity identity, boolean plain) {
            this.identity = identity;
            this.plain = plain;
        }

        @Override
        public void onDatagram(Datagram datagram, long nowNanos) {
            ClientPath.Udp back = path;
            if (PacketKind.of(datagram.buffer(), datagram.offset(), datagram.length()) != PacketKind.DTLS) {
                if (plain) {
                    super.onDatagram(datagram, nowNanos);
                } else {
                    counters.count(TurnReason.NOT_DTLS);
                }
            } else if (back != null) {
                dtls.onPacket(datagram, back.port(), identity, nowNanos);
            }
        }
    }

    /** Takes a message of a client that is answered by that path. */
    void onMessage(Datagram message, ClientPath path, long nowNanos) {
        if (moved.forward(message)) {
            return;
        }
        Route route = server.onClient(message, nowNanos, wallMillis(nowNanos));
        if (route.kind() == Route.Kind.TO_PEER) {
            toPeer(route, message.traffic()); // which leaves no command behind
            if (route.pauseNanos() > 0) {
                counters.count(TurnReason.BANDWIDTH_PAUSED);
                path.pause(route.pauseNanos());
            }
            return;
        }
        Lookups.Answer awaited = route.kind() == Route.Kind.LATER ? route.awaited() : null;
        if (awaited != null) {
            path.later(awaited);
        }
        if (path instanceof MovedClients.Way) {
            drainCommands(path); // the client's loop knows the way before its client has the answer
        }
        if (route.kind() == Route.Kind.TO_LOOP) {
            moved.introduce(message, path, shared.loops().get(route.loop()));
        } else if (route.kind() == Route.Kind.TO_CLIENT) {
            back(path, message.key(), route.to()).send(route.to(), route.buffer(), route.offset(), route.length(), 0);
        }
        drainCommands(path);
    }

    /** The way back, which is another listener's when NAT behaviour discovery answers from another address. */
    private ClientPath back(ClientPath path, AddressKey arrived, AddressKey answer) {
        if (answer.localPort() == arrived.localPort() && answer.localLow() == arrived.localLow()
                && answer.localHigh() == arrived.localHigh()) {
            return path;
        }
        for (UdpPort listener : listeners) {
            TransportAddress local = listener.local();
            if (local.port() == answer.localPort() && local.low() == answer.localLow() && local.high() == answer.localHigh()) {
                return new ClientPath.Udp(listener);
            }
        }
        return path;
    }

    /** Ends what the client of a connection had. */
    void onDisconnected(AddressKey client) {
        moved.disconnected(client);
        server.onDisconnected(client);
        drainCommands(null);
    }

    boolean hasAllocation(AddressKey client) {
        return server.hasAllocation(client) || moved.has(client);
    }

    DtlsClients dtls() {
        return dtls;
    }

    MovedClients moved() {
        return moved;
    }

    TcpRelays tcp() {
        return server.tcp();
    }

    StreamClients streams() {
        return streams;
    }

    /** A relay socket with its allocation, its timer and the way to the client. */
    private final class Relay implements RelaySockets.RelaySocket, DatagramHandler, Wheel.TimerHandler {
        private final Allocation allocation;
        private final Wheel.Entry timer = new Wheel.Entry(this);
        private @Nullable UdpPort port;
        private @Nullable ClientPath path;
        /** Where peers connect to, when they are reached by TCP. */
        private @Nullable Channel listening;
        private boolean open = true;

        Relay(Allocation allocation) {
            this.allocation = allocation;
        }

        /** The client comes by that way. */
        void path(ClientPath now) {
            ClientPath before = path;
            if (before != now) {
                if (before != null) {
                    before.closed();
                }
                path = now;
                now.opened();
            }
        }

        @Override
        public void onDatagram(Datagram datagram, long nowNanos) {
            if (!open) {
                return;
            }
            toClient(server.onPeer(allocation, datagram, nowNanos), datagram.traffic());
        }

        @Override
        public void onIcmp(IcmpError error, long nowNanos) {
            if (open) {
                toClient(server.onIcmp(allocation, error, nowNanos), 0);
            }
        }

        private void toClient(Route route, int traffic) {
            ClientPath back = path;
            if (route.kind() == Route.Kind.TO_CLIENT && back != null) {
                back.send(route.to(), route.buffer(), route.offset(), route.length(), traffic);
            }
        }

        @Override
        public long onTimer(long nowNanos) {
            server.onTimeout(allocation, nowNanos);
            drainCommands(null);
            return open ? allocation.nextDeadline() : Deadline.NONE;
        }

        void send(Route route, int traffic) {
            LinkTable.Sink sink = route.sink();
            if (sink != null) {
                linkKey.setReversed(route.to());
                sink.deliver(loop, linkKey, route.buffer(), route.offset(), route.length());
            } else if (port != null && route.mayNotFragment()) {
                port.sendUnfragmented(route.to(), route.buffer(), route.offset(), route.length(), traffic);
            } else if (port != null) {
                port.send(route.to(), route.buffer(), route.offset(), route.length(), traffic);
            }
        }

        @Override
        public void close() {
            open = false;
            if (path != null) {
                path.closed();
            }
            if (listening != null) {
                listening.close();
            }
            links.remove(allocation.relayed());
            loop.wheel().cancel(timer);
            if (port != null) {
                port.close();
            }
        }
    }

    private static void toPeer(Route route, int traffic) {
        if (route.socket() instanceof Relay relay) {
            relay.send(route, traffic);
        }
    }

    /** A port in reserve. */
    private record Held(HeldPort port) implements RelaySockets.HeldSocket {
        @Override
        public void close() {
            port.close();
        }
    }

    /** Opens relay sockets on this loop. */
    private final class Sockets implements RelaySockets {
        @Override
        public @Nullable RelaySocket open(Allocation allocation, TransportAddress address) {
            if (allocation.tcp()) {
                Relay relay = new Relay(allocation);
                relay.listening = peerStreams.listen(allocation, address);
                return relay.listening == null ? null : relay;
            }
            return open(allocation, relay -> UdpPort.bind(loop, address, relayOptions, relay));
        }

        @Override
        public @Nullable HeldSocket hold(TransportAddress address) {
            try {
                return new Held(UdpPort.hold(address, relayOptions));
            } catch (PortException e) {
                return null;
            }
        }

        @Override
        public @Nullable RelaySocket open(Allocation allocation, HeldSocket held) {
            return held instanceof Held h ? open(allocation, relay -> h.port().open(loop, relayOptions, relay)) : null;
        }

        private @Nullable RelaySocket open(Allocation allocation, Opening opening) {
            Relay relay = new Relay(allocation);
            try {
                relay.port = opening.open(relay);
            } catch (PortException e) {
                return null;
            }
            links.add(allocation.relayed(), loop, relay);
            return relay;
        }
    }

    int revoke(String username) {
        int ended = server.revoke(username);
        drainCommands(null);
        return ended;
    }

    /** Sends what an event outside the client's own messages has for it. */
    void toClient(Allocation allocation, Route route) {
        if (allocation.socket() instanceof Relay relay) {
            relay.toClient(route, 0);
        }
        drainCommands(null);
    }

    void drainCommands(@Nullable ClientPath path) {
        for (TurnCommand command = server.pollCommand(); command != null; command = server.pollCommand()) {
            switch (command) {
                case TurnCommand.Schedule(Allocation allocation) -> schedule(allocation, path);
                case TurnCommand.Connect(PeerConnection connection) -> peerStreams.connect(connection);
                case TurnCommand.Disconnect(PeerConnection connection) -> PeerStreams.disconnect(connection);
                case TurnCommand.Bind(PeerConnection connection) -> {
                    if (path instanceof StreamClient client) {
                        peerStreams.join(connection, client);
                    } else {
                        PeerStreams.disconnect(connection);
                    }
                }
                case TurnCommand.Release(Allocation allocation) -> {
                    RelaySockets.RelaySocket socket = allocation.socket();
                    if (socket != null) {
                        socket.close();
                    }
                }
            }
        }
    }

    private void schedule(Allocation allocation, @Nullable ClientPath path) {
        if (allocation.socket() instanceof Relay relay) {
            if (path != null) {
                relay.path(path);
            }
            loop.wheel().file(relay.timer, allocation.nextDeadline());
        }
    }

    void close() {
        dtls.close();
        listeners.forEach(UdpPort::close);
        streams.close();
        server.releaseAll();
        drainCommands(null);
    }
}
