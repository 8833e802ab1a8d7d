package dev.isthmus.turn.sim;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.Outlet;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.session.SessionTransmit;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.sim.SimNat;
import dev.isthmus.ice.sim.SimNetwork;
import dev.isthmus.ice.turn.client.TurnClient;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session on the simulated network: trickles to another one, sends and receives data. */
public final class SimSession implements SimNetwork.Host {
    private static final int HEADROOM = 64;

    /** Where a session lives and what it knows. */
    public record Place(List<TransportAddress> bases, @Nullable SimNat nat, boolean udpBlocked, IcePolicy policy,
            List<IceServer> servers, boolean mobile) {
        public Place(List<TransportAddress> bases, @Nullable SimNat nat, boolean udpBlocked, IcePolicy policy, List<IceServer> servers) {
            this(bases, nat, udpBlocked, policy, servers, false);
        }
    }

    private final SimNetwork network;
    private final Place place;
    private final IceSession session;
    private final IceSession.Shared shared = IceSession.Shared.create();
    private final Counters<SessionReason> counters = shared.session();
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<SessionEvent> events = new ArrayList<>();
    private final List<byte[]> received = new ArrayList<>();
    /** The connection to a server, by its number, as its own address. */
    private final List<TransportAddress> connections = new ArrayList<>();
    private final Map<TransportAddress, @Nullable SimNat> nats = new HashMap<>();
    private @Nullable SimSession peer;

    public SimSession(SimNetwork network, Place place, boolean controlling) {
        this.network = network;
        this.place = place;
        SeededRandom random = network.random().split();
        IceAgent.Setup agent = new IceAgent.Setup(controlling, random.nextLong(), random.nextInt(), IceCredentials.random(random));
        session = new IceSession(new IceSession.Setup(agent, place.policy(), place.servers(), TurnClient.Family.BOTH, place.mobile()),
                random,
                shared);
        place.bases().forEach(base -> {
            nats.put(base, place.nat());
            network.attach(this, base, place.nat());
        });
    }

    /** Begins to gather, and tells the other one everything as it comes. */
    public void begin(SimSession other) {
        peer = other;
        other.session.setRemoteCredentials(session.agent().localCredentials(), network.now());
        session.gather(place.bases(), network.now());
        flush();
        other.flush();
    }

    /** Gathers, and tells nobody what it finds. */
    public void gather() {
        session.gather(place.bases(), network.now());
        flush();
    }

    /** Takes all that another one has to tell, and that this is all. */
    public void learn(SimSession other) {
        session.setRemoteCredentials(other.session.agent().localCredentials(), network.now());
        other.candidates.forEach(candidate -> session.addRemoteCandidate(asRead(candidate), network.now()));
        session.endOfRemoteCandidates("", network.now());
        flush();
    }

    private static Candidate asRead(Candidate candidate) {
        return Objects.requireNonNull(CandidateAttribute.checkable(CandidateAttribute.line(candidate)));
    }

    /** Another interface comes up. */
    public void up(TransportAddress base, @Nullable SimNat nat) {
        nats.put(base, nat);
        network.attach(this, base, nat);
        session.addBase(base, network.now());
        flush();
    }

    /** An interface goes away. */
    public void down(TransportAddress base) {
        network.detach(base);
        session.removeBase(base, network.now());
        flush();
    }

    /** Gives everything back. */
    public void close() {
        session.close(network.now());
        flush();
    }

    public IceSession session() {
        return session;
    }

    public List<Candidate> candidates() {
        return candidates;
    }

    public List<SessionEvent> events() {
        return events;
    }

    public List<byte[]> received() {
        return received;
    }

    public Counters<SessionReason> counters() {
        return counters;
    }

    public boolean connected() {
        return session.agent().state() == IceState.CONNECTED;
    }

    public CandidatePair selected() {
        return Objects.requireNonNull(session.agent().selectedPair());
    }

    /** Sends data to the peer; returns whether it could be. */
    public boolean send(byte[] data) {
        ByteBuffer buffer = ByteBuffer.allocate(HEADROOM + data.length + 4);
        buffer.put(HEADROOM, data);
        Outlet outlet = session.outlet();
        if (!outlet.frame(buffer, HEADROOM, data.length)) {
            return false;
        }
        byte[] framed = Arrays.copyOfRange(buffer.array(), outlet.offset(), outlet.offset() + outlet.length());
        put(new SessionTransmit(outlet.local(), outlet.remote(), outlet.connection(), framed));
        return true;
    }

    private void put(SessionTransmit out) {
        if (out.connection() >= 0) {
            network.sendReliably(connection(out.connection()), out.remote(), out.bytes());
        } else if (!place.udpBlocked()) {
            network.send(out.local(), out.remote(), out.bytes());
        }
    }

    private TransportAddress connection(int number) {
        while (connections.size() <= number) {
            TransportAddress own = place.bases().get(0).withPort(30_000 + connections.size());
            connections.add(own);
            network.attach(this, own, place.nat());
        }
        return connections.get(number);
    }

    @Override
    public void onDatagram(byte[] bytes, TransportAddress at, TransportAddress from, long nowNanos) {
        if (!place.udpBlocked()) {
            take(bytes, session.onPacket(ByteBuffer.wrap(bytes), 0, bytes.length, at, from, nowNanos));
        }
    }

    @Override
    public void onMessage(byte[] bytes, TransportAddress at, TransportAddress from, long nowNanos) {
        take(bytes, session.onMessage(connections.indexOf(at), ByteBuffer.wrap(bytes), 0, bytes.length, nowNanos));
    }

    private void take(byte[] bytes, IceSession.Inbound what) {
        if (what == IceSession.Inbound.DATA) {
            received.add(Arrays.copyOfRange(bytes, session.dataOffset(), session.dataOffset() + session.dataLength()));
        }
        flush();
    }

    @Override
    public void onTimeout(long nowNanos) {
        session.onTimeout(nowNanos);
        flush();
    }

    @Override
    public long nextDeadline() {
        return session.nextDeadline();
    }

    private void flush() {
        for (SessionEvent event = session.pollEvent(); event != null; event = session.pollEvent()) {
            events.add(event);
            SimSession other = peer;
            if (event instanceof SessionEvent.CandidateFound(Candidate candidate)) {
                candidates.add(candidate);
                if (other != null) {
                    other.session.addRemoteCandidate(asRead(candidate), network.now());
                    other.flush();
                }
            } else if (event instanceof SessionEvent.SocketWanted(TransportAddress gone, TransportAddress host)) {
                TransportAddress fresh = host.withPort(host.port() + 5000);
                network.attach(this, fresh, nats.get(host));
                session.onSocket(gone, fresh, network.now());
            } else if (event instanceof SessionEvent.Connect(int number, IceServer server, TransportAddress address, String domain)) {
                session.onConnected(number, network.now());
            }
        }
        for (SessionTransmit out = session.pollTransmit(); out != null; out = session.pollTransmit()) {
            put(out);
        }
    }
}
