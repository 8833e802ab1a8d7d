package dev.isthmus.ice.session.net;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.IcmpError;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.IceUrl;
import dev.isthmus.ice.session.Outlet;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.SessionIndex;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.session.SessionTransmit;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session with its sockets, its connections to TURN servers and its timer. Used on its loop's thread only. */
public final class LiveSession {
    /** Hears of a session; called on its loop. */
    public interface Listener {
        /** Something happened; the events of sockets and connections do not come here. */
        void onEvent(SessionEvent event);

        /** Data of the peer; it may be read and changed only until this method returns. */
        void onData(ByteBuffer buffer, int offset, int length);
    }

    private static final UdpPort.Options OWN = UdpPort.Options.DEFAULT.withErrors(true);
    private final SessionLoop owner;
    private final Loop loop;
    private final IceSession session;
    private final Listener listener;
    private final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    private final Map<TransportAddress, UdpPort> ports = new LinkedHashMap<>();
    private final Map<Integer, ServerWay> ways = new HashMap<>();
    private SessionIndex.@Nullable Entry<LiveSession> entry;
    /** The flow of the last datagram, so that the next one of it makes no objects. */
    private AddressKey flow = new AddressKey();
    private TransportAddress at = TransportAddress.ipv4(0, 0);
    private TransportAddress from = TransportAddress.ipv4(0, 0);
    private AddressKey out = new AddressKey();
    private @Nullable UdpPort outPort;
    private boolean closed;

    LiveSession(SessionLoop owner, IceSession session, Listener listener) {
        this.owner = owner;
        this.loop = owner.loop();
        this.session = session;
        this.listener = listener;
    }

    void entry(SessionIndex.Entry<LiveSession> made) {
        entry = made;
    }

    SessionIndex.Entry<LiveSession> entry() {
        return Objects.requireNonNull(entry);
    }

    /** Gathers candidates with sockets of its own on these hosts, the preferred ones first; a host that is not ours is left out. */
    public void gather(List<TransportAddress> hosts) {
        List<TransportAddress> bases = openAll(hosts);
        session.gather(bases, loop.nowNanos());
        settle(loop.nowNanos());
    }

    /** Gathers candidates with the loop's shared sockets; only TURN servers are asked from sockets of its own. */
    public void gatherShared() {
        List<TransportAddress> bases = owner.sharedAddresses();
        session.gather(bases, session.needsRelaySockets() ? openAll(bases) : List.of(), loop.nowNanos());
        settle(loop.nowNanos());
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
            LiveSession.this.onDatagram(datagram, nowNanos);
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
            LiveSession.this.onUnreachable(local, remote, nowNanos);
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
            listener.onData(buffer, session.dataOffset(), session.dataLength());
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
        drain(nowNanos);
        return closed ? Deadline.NONE : session.nextDeadline();
    }

    private void settle(long nowNanos) {
        drain(nowNanos);
        if (!closed) {
            loop.wheel().file(timer, session.nextDeadline());
        }
    }

    private void drain(long nowNanos) {
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
        UdpPort port = port(t.local());
        if (port != null) {
            port.send(AddressKey.of(t.local(), t.remote()), bytes, 0, t.bytes().length);
        }
    }

    private @Nullable UdpPort port(TransportAddress base) {
        UdpPort own = ports.get(base);
        return own == null ? owner.sharedPort(base) : own;
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
            default -> listener.onEvent(event);
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

    boolean isChecking() {
        return session.agent().state() == IceState.CHECKING;
    }

    /** The peer only answers checks: it said {@code ice-lite}. */
    public void setRemoteLite() {
        session.setRemoteLite(loop.nowNanos());
        settle(loop.nowNanos());
    }

    /** Sets the peer's credentials of this generation. */
    public void setRemoteCredentials(IceCredentials credentials) {
        session.setRemoteCredentials(credentials, loop.nowNanos());
        settle(loop.nowNanos());
    }

    /** Adds a candidate that the peer signalled. */
    public void addRemoteCandidate(Candidate candidate) {
        session.addRemoteCandidate(candidate, loop.nowNanos());
        settle(loop.nowNanos());
    }

    /** Adds a candidate as the peer signalled it, with the username fragment of its generation or an empty text. */
    public void addRemoteCandidate(CandidateAttribute attribute, String ufrag) {
        session.addRemoteCandidate(attribute, ufrag, loop.nowNanos());
        settle(loop.nowNanos());
    }

    /** The peer has no more candidates of a generation, or, with an empty text, of the present one. */
    public void endOfRemoteCandidates(String ufrag) {
        session.endOfRemoteCandidates(ufrag, loop.nowNanos());
        settle(loop.nowNanos());
    }

    /** Opens a socket on a host that has come up, and gathers candidates there. */
    public void addHost(TransportAddress host) {
        TransportAddress base = open(host);
        if (base != null) {
            session.addBase(base, loop.nowNanos());
            settle(loop.nowNanos());
        }
    }

    /** Closes the sockets of a host that is gone. */
    public void removeHost(TransportAddress host) {
        for (TransportAddress base : List.copyOf(ports.keySet())) {
            UdpPort port = base.sameHost(host) ? ports.remove(base) : null;
            if (port != null) {
                port.close();
                session.removeBase(base, loop.nowNanos());
            }
        }
        settle(loop.nowNanos());
    }

    /** Begins a new generation, and returns our credentials of it. */
    public IceCredentials restart() {
        IceCredentials fresh = IceCredentials.random(owner.parts().random());
        session.restart(fresh, loop.nowNanos());
        if (!closed) {
            owner.onCredentials(this);
        }
        settle(loop.nowNanos());
        return fresh;
    }

    /**
     * Sends data to the peer by the selected pair; the bytes are copied. The buffer has {@link dev.isthmus.ice.turn.client.TurnData#HEADROOM}
     * in front of the data and {@link dev.isthmus.ice.turn.client.TurnData#TAILROOM} behind it, which are written over.
     *
     * @return false while no pair is selected
     */
    public boolean send(ByteBuffer buffer, int offset, int length) {
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
        if (outPort == null || !out.remoteIs(remote) || !outPort.local().equals(local)) {
            outPort = port(local);
            out = AddressKey.of(local, remote);
        }
        if (outPort != null) {
            outPort.send(out, buffer, outlet.offset(), outlet.length());
        }
        return outPort != null;
    }

    /** Returns the state machine, to look at. */
    public IceSession session() {
        return session;
    }

    /** Gives allocations back, and closes sockets and connections. */
    public void close() {
        if (closed) {
            return;
        }
        session.close(loop.nowNanos());
        drain(loop.nowNanos());
        closed = true;
        loop.wheel().cancel(timer);
        ways.values().forEach(ServerWay::close);
        ways.clear();
        ports.values().forEach(UdpPort::close);
        ports.clear();
        owner.remove(this);
    }
}
