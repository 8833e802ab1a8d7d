package dev.isthmus.ice.session.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.mdns.MdnsReason;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.AddressWatch;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.SessionIndex;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.client.TurnClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The ICE sessions of one loop. A session has sockets of its own, or shares those that were opened here with all the others: one port for any
 * number of them. Used on the loop's thread only.
 */
public final class SessionLoop implements AutoCloseable {
    /**
     * What sessions need from outside.
     *
     * @param random cryptographic
     * @param workers where DTLS handshakes with TURN servers run
     * @param trust which TURN servers are believed
     */
    public record Parts(RandomSource random, HandshakeWorkers workers, ServerTrust trust) {}

    /**
     * How a session begins.
     *
     * @param controlling whether this side made the offer
     * @param lite whether it only answers checks
     * @param policy which candidates are used
     * @param servers what is asked for candidates
     * @param family which relayed addresses are wanted
     * @param mobile whether allocations are kept when our own address changes, where the server offers it
     * @param components 1, or 2 where RTCP has a port of its own
     * @param tcp whether there are candidates of TCP too (RFC 6544)
     * @param mdns whether peers are told names in place of the addresses of our hosts
     */
    public record Options(boolean controlling, boolean lite, IcePolicy policy, List<IceServer> servers, TurnClient.Family family,
            boolean mobile, int components, boolean tcp, boolean mdns) {
        /** Returns the usual ones: a full agent, relayed addresses of both families, one component, UDP. */
        public static Options of(boolean controlling, IcePolicy policy, List<IceServer> servers) {
            return new Options(controlling, false, policy, servers, TurnClient.Family.BOTH, false, 1, false, false);
        }

        /** Returns the same in another role. */
        public Options withControlling(boolean role) {
            return new Options(role, lite, policy, servers, family, mobile, components, tcp, mdns);
        }

        /** Returns the same with so many components. */
        public Options withComponents(int count) {
            return new Options(controlling, lite, policy, servers, family, mobile, count, tcp, mdns);
        }

        /** Returns the same with candidates of TCP. */
        public Options withTcp() {
            return new Options(controlling, lite, policy, servers, family, mobile, components, true, mdns);
        }

        /** Returns the same with names in place of host addresses. */
        public Options withMdns() {
            return new Options(controlling, lite, policy, servers, family, mobile, components, tcp, true);
        }
    }

    private final Loop loop;
    private final Parts parts;
    private final IceSession.Shared tallies = IceSession.Shared.create();
    private final Counters<DtlsReason> dtlsCounters = new Counters<>(DtlsReason.class);
    private final Map<TransportAddress, SharedPort> shared = new LinkedHashMap<>();
    private final Map<TcpListener, Integer> listeners = new LinkedHashMap<>();
    private final SessionIndex<LiveSession> index = new SessionIndex<>();
    private final Set<LiveSession> sessions = new HashSet<>();
    private final StunMessage message = new StunMessage();
    /** Where our sockets are, and sessions may meet peers of the same network. */
    private final Set<TransportAddress> hosts = new LinkedHashSet<>();
    private @Nullable MdnsPort mdns;
    private @Nullable AddressWatch watch;

    /** Creates the place; nothing is opened yet. */
    public SessionLoop(Loop loop, Parts parts) {
        this.loop = loop;
        this.parts = parts;
    }

    /** What comes to a shared socket. */
    private final class Inbox implements DatagramHandler {
        private final int component;

        Inbox(int component) {
            this.component = component;
        }

        @Override
        public void onDatagram(Datagram datagram, long nowNanos) {
            onShared(datagram, component, nowNanos);
        }

        @Override
        public boolean watchesRoutes() {
            return true;
        }

        @Override
        public void onUnreachable(TransportAddress local, TransportAddress remote, long nowNanos) {
            index.sessions().stream().filter(LiveSession::isChecking)
                    .forEach(session -> session.onUnreachable(local, remote, nowNanos));
        }
    }

    /** Opens a socket that sessions share for their first component, and returns its address. */
    public TransportAddress share(TransportAddress address) throws PortException {
        return share(address, 1);
    }

    /** Listens for the connections of passive candidates, of sessions that share the sockets; returns the address, of TCP. */
    public TransportAddress shareTcp(TransportAddress address, int component) throws PortException {
        TcpListener listener = new TcpListener(loop, address, tallies.session(), TcpListener.MOST_SHARED, door(component));
        listeners.put(listener, component);
        return listener.local();
    }

    /** The first frame of a connection is a check, which names its session. */
    TcpListener.Door door(int component) {
        return (buffer, offset, length) -> {
            boolean sound = message.wrap(buffer, offset, length) == StunResult.OK && message.messageClass() == StunType.REQUEST;
            SessionIndex.Entry<LiveSession> entry = sound ? index.of(message) : null;
            return entry == null ? null : entry.session().flows(component);
        };
    }

    /** Opens a socket that sessions share for a component, and returns its address. */
    public TransportAddress share(TransportAddress address, int component) throws PortException {
        return share(address, address, component, new LinkTable(false));
    }

    /**
     * Opens a socket that sessions share for a component, and returns its address.
     *
     * @param advertise the address that peers are told of it, where that is another one
     * @param links what is sent to an address of it takes no socket, and neither does what others of this process send here
     */
    public TransportAddress share(TransportAddress address, TransportAddress advertise, int component, LinkTable links)
            throws PortException {
        SharedPort port = new SharedPort(loop, new SharedPort.Setup(address, advertise, component, links), new Inbox(component));
        shared.put(port.socket().local(), port);
        onHost(port.socket().local());
        return port.socket().local();
    }

    /** Creates a session; it tells nothing before it is told to gather. */
    public LiveSession open(Options options, LiveSession.Listener listener) {
        return make(options, listener);
    }

    /**
     * Watches the addresses of this machine: all sessions with sockets of their own follow them.
     *
     * @param choice which of them are used, the preferred ones first
     */
    public void watchHosts(UnaryOperator<List<TransportAddress>> choice) throws PortException {
        if (watch == null) {
            watch = new AddressWatch(loop, now -> {
                List<TransportAddress> chosen = choice.apply(now);
                List.copyOf(sessions).forEach(session -> session.setHosts(chosen));
            });
        }
    }

    LiveSession make(Options options, LiveSession.@Nullable Listener listener) {
        int tag = index.newTag(parts.random());
        IceAgent.Setup agent = new IceAgent.Setup(options.controlling(), parts.random().nextLong(), tag,
                IceCredentials.random(parts.random()), options.lite());
        IceSession session = new IceSession(
                new IceSession.Setup(agent, options.policy(), options.servers(), options.family(), options.mobile()), parts.random(),
                tallies);
        LiveSession live = new LiveSession(this, session, options, listener);
        live.entry(index.add(live, live.agents(), tag));
        sessions.add(live);
        return live;
    }

    private void onShared(Datagram datagram, int component, long nowNanos) {
        boolean stun = PacketKind.of(datagram.buffer(), datagram.offset(), datagram.length()) == PacketKind.STUN;
        if (stun && message.wrap(datagram.buffer(), datagram.offset(), datagram.length()) != StunResult.OK) {
            tallies.session().count(SessionReason.MALFORMED);
            return;
        }
        boolean named = stun && message.messageClass() != StunType.INDICATION; // whose transaction id is the peer's own
        SessionIndex.Entry<LiveSession> entry = named ? index.of(message) : index.of(datagram.key());
        if (entry == null) {
            tallies.session().count(stun ? SessionReason.UNKNOWN_SESSION : SessionReason.UNPROVEN_SOURCE);
            return;
        }
        IceSession.Inbound what = entry.session().onDatagram(datagram, component, nowNanos);
        if (what == IceSession.Inbound.CHECKED || what == IceSession.Inbound.ANSWERED) {
            claim(entry, datagram.key(), what == IceSession.Inbound.ANSWERED, nowNanos);
        }
    }

    private void claim(SessionIndex.Entry<LiveSession> entry, AddressKey flow, boolean answered, long nowNanos) {
        switch (index.claim(entry, flow, answered)) {
            case HELD, ENTERED, GONE -> {
                // the usual case
            }
            case TAKEN_OVER -> tallies.session().count(SessionReason.FLOW_TAKEN_OVER);
            case CONTESTED -> tallies.session().count(SessionReason.FLOW_CONTESTED);
            case IN_USE -> entry.session().onAddressInUse(flow.local(), flow.remote(), nowNanos);
            case TOO_MANY -> tallies.session().count(SessionReason.TOO_MANY_FLOWS);
        }
    }

    /** Returns the addresses of the shared sockets for a component. */
    public List<TransportAddress> sharedAddresses(int component) {
        return shared.entrySet().stream().filter(each -> each.getValue().component() == component).map(Map.Entry::getKey).toList();
    }

    /** Returns the addresses of the shared sockets as peers are told them, by those of the sockets. */
    public Map<TransportAddress, TransportAddress> advertised() {
        Map<TransportAddress, TransportAddress> byBase = new LinkedHashMap<>();
        shared.forEach((base, port) -> byBase.put(base, port.advertised()));
        return byBase;
    }

    /** Returns how many datagrams the kernel dropped at the shared sockets before they were read. */
    public long kernelDrops() {
        return shared.values().stream().mapToLong(port -> port.socket().kernelDrops()).sum();
    }

    List<TransportAddress> sharedListeners(int component) {
        return listeners.entrySet().stream().filter(each -> each.getValue() == component).map(each -> each.getKey().local()).toList();
    }

    /** Returns how many sessions there are. */
    public int size() {
        return sessions.size();
    }

    /** Returns what the sessions count. */
    public IceSession.Shared tallies() {
        return tallies;
    }

    /** Returns what DTLS to TURN servers counts. */
    public Counters<DtlsReason> dtlsCounters() {
        return dtlsCounters;
    }

    /** A socket was opened on a host of ours. */
    void onHost(TransportAddress host) {
        hosts.add(host.withPort(0));
        if (mdns != null) {
            mdns.join(host);
        }
    }

    /** Returns multicast DNS, which is not spoken before somebody needs it. */
    MdnsPort mdns() {
        MdnsPort port = mdns;
        if (port == null) {
            port = new MdnsPort(loop, parts.random());
            hosts.forEach(port::join);
            mdns = port;
        }
        return port;
    }

    /** Returns what multicast DNS counts. */
    public Counters<MdnsReason> mdnsCounters() {
        return mdns().counters();
    }

    @Nullable
    SharedPort sharedPort(TransportAddress base) {
        return shared.get(base);
    }

    Loop loop() {
        return loop;
    }

    Parts parts() {
        return parts;
    }

    void onCredentials(LiveSession session) {
        index.onCredentials(session.entry());
    }

    void remove(LiveSession session) {
        sessions.remove(session);
        index.remove(session.entry());
    }

    /** Ends all sessions and closes the shared sockets. */
    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
        new ArrayList<>(sessions).forEach(LiveSession::close);
        if (mdns != null) {
            mdns.close();
        }
        listeners.keySet().forEach(TcpListener::close);
        listeners.clear();
        shared.values().forEach(SharedPort::close);
        shared.clear();
    }
}
