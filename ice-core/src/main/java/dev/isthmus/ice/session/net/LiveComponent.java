package dev.isthmus.ice.session.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.IcmpError;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.IceUrl;
import dev.isthmus.ice.session.Outlet;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.session.SessionTransmit;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One component of a session with its sockets, its connections and its timer. */
final class LiveComponent implements TcpFlows.Owner {
    private static final UdpPort.Options OWN = UdpPort.Options.DEFAULT.withErrors(true);
    private final SessionLoop owner;
    private final Loop loop;
    private final IceSession session;
    private final LiveSession parent;
    private final TcpFlows flows;
    private final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    private final Map<TransportAddress, UdpPort> ports = new LinkedHashMap<>();
    private final Map<Integer, ServerWay> ways = new HashMap<>();
    /** The flow of the last datagram, so that the next one of it makes no objects. */
    private AddressKey flow = new AddressKey();
    private TransportAddress at = TransportAddress.ipv4(0, 0);
    private TransportAddress from = TransportAddress.ipv4(0, 0);
    private @Nullable DatagramWay out;
    private boolean gathers;
    private boolean tcp;
    private boolean closed;

    LiveComponent(LiveSession parent, SessionLoop owner, IceSession session) {
        this.parent = parent;
        this.owner = owner;
        this.loop = owner.loop();
        this.session = session;
        this.flows = new TcpFlows(loop, owner.tallies().session(), this);
    }

    void gather(List<TransportAddress> hosts, boolean tcp) {
        gathers = true;
        this.tcp = tcp;
        List<TransportAddress> bases = openAll(hosts);
        addStreams(bases);
        session.gather(bases, loop.nowNanos());
    }

    private void addStreams(List<TransportAddress> bases) {
        if (tcp && parent.mayTellHosts()) {
            session.addStreams(bases, bases.stream().flatMap(base -> listen(base).stream()).toList(), loop.nowNanos());
        }
    }

    private Optional<TransportAddress> listen(TransportAddress host) {
        try {
            TcpListener listener = new TcpListener(loop, host.withPort(0), owner.tallies().session(), TcpListener.MOST_OWN,
                    (buffer, offset, length) -> owner.door(session.component()).owner(buffer, offset, length) == flows ? flows : null);
            flows.add(listener);
            return Optional.of(listener.local());
        } catch (PortException e) {
            owner.tallies().session().count(SessionReason.NO_SOCKET);
            return Optional.empty();
        }
    }

    void gatherShared(boolean tcp) {
        List<TransportAddress> bases = owner.sharedAddresses(session.component());
        session.advertise(owner.advertised());
        if (tcp) {
            session.addStreams(bases, owner.sharedListeners(session.component()), loop.nowNanos());
        }
        session.gather(bases, session.needsRelaySockets() ? openAll(bases) : List.of(), loop.nowNanos());
    }

    private List<TransportAddress> openAll(List<TransportAddress> hosts) {
        List<TransportAddress> bases = new ArrayList<>();
        for (TransportAddress host : hosts) {
            TransportAddress opened = open(host);
            if (opened != null) {
                bases.add(opened);
            }
        }
        return bases;
    }

    private @Nullable TransportAddress open(TransportAddress host) {
        if (closed) {
            return null;
        }
        try {
            UdpPort port = UdpPort.bind(loop, host.withPort(0), OWN, new Inbox());
            ports.put(port.local(), port);
            owner.onHost(port.local());
            return port.local();
        } catch (PortException e) {
            owner.tallies().session().count(SessionReason.NO_SOCKET);
            return null;
        }
    }

    /** What comes to the session's own sockets. */
    private final class Inbox implements DatagramHandler {
        @Override
        public void onDatagram(Datagram datagram, long nowNanos) {
            LiveComponent.this.onDatagram(datagram, nowNanos);
        }

        @Override
        public void onIcmp(IcmpError error, long nowNanos) {
            if (error.isUnreachable()) {
                onUnreachable(error.key().local(), error.key().remote(), nowNanos);
            }
        }

        @Override
        public boolean watchesRoutes() {
            return true;
        }

        @Override
        public void onUnreachable(TransportAddress local, TransportAddress remote, long nowNanos) {
            LiveComponent.this.onUnreachable(local, remote, nowNanos);
        }
    }

    IceSession.Inbound onDatagram(Datagram datagram, long nowNanos) {
        if (!flow.equals(datagram.key())) {
            flow = datagram.key().copy();
            at = flow.local();
            from = flow.remote();
        }
        IceSession.Inbound what = session.onPacket(datagram.buffer(), datagram.offset(), datagram.length(), at, from, nowNanos);
        took(what, datagram.buffer(), nowNanos);
        return what;
    }

    private void took(IceSession.Inbound what, ByteBuffer buffer, long nowNanos) {
        if (what == IceSession.Inbound.DATA) {
            parent.onData(session.component(), buffer, session.dataOffset(), session.dataLength());
        } else {
            settle(nowNanos);
        }
    }

    void onUnreachable(TransportAddress local, TransportAddress remote, long nowNanos) {
        session.onUnreachable(local, remote, nowNanos);
        settle(nowNanos);
    }

    void onAddressInUse(TransportAddress local, TransportAddress remote, long nowNanos) {
        session.onAddressInUse(local, remote, nowNanos);
        settle(nowNanos);
    }

    private long onTimer(long nowNanos) {
        session.onTimeout(nowNanos);
        settle(nowNanos);
        return closed ? Deadline.NONE : session.nextDeadline();
    }

    private void settle(long nowNanos) {
        parent.settle(nowNanos);
    }

    void refile() {
        if (!closed) {
            loop.wheel().file(timer, session.nextDeadline());
        }
    }

    void drain(long nowNanos) {
        for (SessionEvent event = session.pollEvent(); event != null && !closed; event = session.pollEvent()) {
            onEvent(event, nowNanos);
        }
        for (SessionTransmit t = session.pollTransmit(); t != null; t = session.pollTransmit()) {
            if (!closed) {
                transmit(t);
            }
        }
    }

    private void transmit(SessionTransmit t) {
        ByteBuffer bytes = ByteBuffer.wrap(t.bytes());
        if (t.connection() >= 0) {
            ServerWay way = ways.get(t.connection());
            if (way != null) {
                way.send(bytes, 0, t.bytes().length, true);
            }
            return;
        }
        if (t.local().tcp()) {
            flows.send(t.local(), t.remote(), bytes, 0, t.bytes().length, true);
            return;
        }
        DatagramWay way = way(t.local(), t.remote());
        if (way != null) {
            way.send(bytes, 0, t.bytes().length);
        }
    }

    private @Nullable DatagramWay way(TransportAddress base, TransportAddress remote) {
        UdpPort own = ports.get(base);
        SharedPort shared = own == null ? owner.sharedPort(base) : null;
        return own != null
                ? new DatagramWay(own, null, base, remote)
                : shared != null ? new DatagramWay(shared.socket(), shared, base, remote) : null;
    }

    private void onEvent(SessionEvent event, long nowNanos) {
        switch (event) {
            case SessionEvent.Connect(int connection, IceServer server, TransportAddress address, String domain) ->
                connect(connection, server, address, domain, nowNanos);
            case SessionEvent.Disconnect(int connection) -> {
                ServerWay way = ways.remove(connection);
                if (way != null) {
                    way.close();
                }
            }
            case SessionEvent.SocketWanted(TransportAddress base, TransportAddress host) -> {
                session.onSocket(base, open(host), nowNanos);
                settle(nowNanos);
            }
            default -> parent.onEvent(session.component(), event);
        }
    }

    private void connect(int number, IceServer server, TransportAddress address, @Nullable String domain, long nowNanos) {
        ServerWay before = ways.remove(number);
        if (before != null) {
            before.close(); // a redirection
        }
        String name = domain == null ? IceUrl.parse(server.url()).host() : domain;
        Connection connection = new Connection(number);
        try {
            ServerWay way = switch (server.kind()) {
                case TURN_TLS -> new StreamWay(loop, address, new StreamWay.Security(owner.parts().trust().tls(), name), connection);
                case TURN_DTLS -> new DtlsWay(owner, address, name, connection);
                default -> new StreamWay(loop, address, null, connection);
            };
            if (!connection.ended) {
                ways.put(number, way);
            }
        } catch (PortException e) {
            connection.onEnd(String.valueOf(e.getMessage()), nowNanos);
        }
    }

    /** What a connection to a server says; an earlier one of the same number is not listened to any more. */
    private final class Connection implements ServerWay.Owner {
        private final int number;
        private boolean ended;

        Connection(int number) {
            this.number = number;
        }

        @Override
        public void onOpen(long nowNanos) {
            session.onConnected(number, nowNanos);
            settle(nowNanos);
        }

        @Override
        public void onMessage(ByteBuffer buffer, int offset, int length, long nowNanos) {
            took(session.onMessage(number, buffer, offset, length, nowNanos), buffer, nowNanos);
        }

        @Override
        public void onEnd(String why, long nowNanos) {
            ended = true;
            ways.remove(number);
            session.onDisconnected(number, why, nowNanos);
            settle(nowNanos);
        }
    }

    @Override
    public IceSession.Inbound onFrame(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from,
            long nowNanos) {
        IceSession.Inbound what = session.onPacket(buffer, offset, length, at, from, nowNanos);
        took(what, buffer, nowNanos);
        return what;
    }

    @Override
    public void onStreamEnd(TransportAddress at, TransportAddress from, long nowNanos) {
        session.onStreamEnd(at, from, nowNanos);
        settle(nowNanos);
    }

    void addHost(TransportAddress host) {
        TransportAddress base = open(host);
        if (base != null) {
            addStreams(List.of(base));
            session.addBase(base, loop.nowNanos());
        }
    }

    /** Has sockets on these hosts and no others; those for TURN servers alone stay as they are. */
    void setHosts(List<TransportAddress> hosts) {
        if (!gathers) {
            return;
        }
        List<TransportAddress> present = session.hosts();
        hosts.stream().filter(host -> present.stream().noneMatch(host::sameHost)).forEach(this::addHost); // first: something may move there
        present.stream().filter(base -> hosts.stream().noneMatch(base::sameHost)).forEach(this::removeHost);
    }

    void removeHost(TransportAddress host) {
        for (TransportAddress base : List.copyOf(ports.keySet())) {
            UdpPort port = base.sameHost(host) ? ports.remove(base) : null;
            if (port != null) {
                port.close();
                session.removeBase(base, loop.nowNanos());
            }
        }
        flows.listening().stream().filter(host::sameHost).forEach(listener -> session.removeBase(listener, loop.nowNanos()));
        session.removeBase(host.withPort(IceSession.ACTIVE_PORT).overTcp(), loop.nowNanos());
        flows.closeHost(host);
        parent.forgetName(host);
    }

    boolean send(ByteBuffer buffer, int offset, int length) {
        Outlet outlet = session.outlet();
        if (closed || !outlet.frame(buffer, offset, length)) {
            return false;
        }
        int connection = outlet.connection();
        if (connection >= 0) {
            ServerWay way = ways.get(connection);
            if (way != null) {
                way.send(buffer, outlet.offset(), outlet.length(), false);
            }
            return way != null;
        }
        TransportAddress local = outlet.local();
        TransportAddress remote = outlet.remote();
        if (local.tcp()) {
            flows.send(local, remote, buffer, outlet.offset(), outlet.length(), false);
            return true;
        }
        DatagramWay way = out;
        if (way == null || !way.leads(local, remote)) {
            way = way(local, remote);
            out = way;
        }
        if (way != null) {
            way.send(buffer, outlet.offset(), outlet.length());
        }
        return way != null;
    }

    IceSession session() {
        return session;
    }

    TcpFlows flows() {
        return flows;
    }

    void close() {
        session.close(loop.nowNanos());
        drain(loop.nowNanos());
        closed = true;
        loop.wheel().cancel(timer);
        ways.values().forEach(ServerWay::close);
        ways.clear();
        ports.values().forEach(UdpPort::close);
        ports.clear();
        flows.close();
    }
}
