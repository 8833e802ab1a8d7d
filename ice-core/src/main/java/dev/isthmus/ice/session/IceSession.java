package dev.isthmus.ice.session;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceEvent;
import dev.isthmus.ice.ice.IceMessages;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.ice.IceTransmit;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.client.TurnClient;
import dev.isthmus.ice.turn.client.TurnClientReason;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ICE agent with its candidates: gathers host, server-reflexive and relayed ones, checks them, and carries data by the pair that was
 * selected. A state machine without sockets, clock or threads.
 *
 * <p>The owner binds UDP sockets, hands their addresses to {@link #gather}, hands over every datagram of theirs, calls {@link #onTimeout} when
 * {@link #nextDeadline} has come, and after each of these calls drains {@link #pollTransmit} and {@link #pollEvent}.
 */
public final class IceSession {
    /**
     * How a session begins.
     *
     * @param agent the agent's beginning
     * @param policy which candidates are used
     * @param servers what is asked for candidates
     * @param family which relayed addresses are wanted
     * @param mobile whether allocations are kept when our own address changes, where the server offers it (RFC 8016)
     */
    public record Setup(IceAgent.Setup agent, IcePolicy policy, List<IceServer> servers, TurnClient.Family family, boolean mobile) {}

    /** What the sessions of one loop share: what they count into, and what builds and reads their messages. */
    public record Shared(Counters<IceReason> ice, Counters<TurnClientReason> turn, Counters<SessionReason> session, IceMessages messages,
            StunMessage message) {
        /** Creates it, with nothing counted yet. */
        public static Shared create() {
            return new Shared(new Counters<>(IceReason.class), new Counters<>(TurnClientReason.class), new Counters<>(SessionReason.class),
                    new IceMessages(), new StunMessage());
        }
    }

    /** What became of a packet. */
    public enum Inbound {
        /** Data of the peer; {@link #dataOffset} and {@link #dataLength} say where in the same buffer. */
        DATA,
        /** Something of STUN or TURN, dealt with. */
        CONTROL,
        /** A check of the peer's that was answered: whoever sent it knows our password, from wherever. */
        CHECKED,
        /** The answer to a check of ours: the peer is at that address. */
        ANSWERED,
        /** Dropped; a counter says why. */
        DROPPED
    }

    private final Setup setup;
    private final RandomSource random;
    private final Shared shared;
    private final IceAgent agent;
    private final Gathering gathering = new Gathering();
    private final RelayWays relays;
    private final Outlet outlet;
    private final RemoteCandidates remotes = new RemoteCandidates();
    private final Deque<SessionTransmit> transmits = new ArrayDeque<>();
    private final Deque<SessionEvent> events = new ArrayDeque<>();
    private final StunMessage message;
    private Preferences preferences = new Preferences(List.of());
    private boolean gathered;
    private int dataOffset;
    private int dataLength;

    /** Creates a session that has not begun to gather. */
    public IceSession(Setup setup, RandomSource random, Shared shared) {
        this.setup = setup;
        this.random = random;
        this.shared = shared;
        this.message = shared.message();
        this.agent = new IceAgent(setup.agent(), random, shared.ice(), shared.messages());
        this.outlet = new Outlet(agent, shared.session());
        this.relays = new RelayWays(this, setup, random, shared, gathering);
    }

    /**
     * Gathers candidates, once.
     *
     * @param bases the addresses of the owner's UDP sockets, the preferred ones first
     */
    public void gather(List<TransportAddress> bases, long nowNanos) {
        gather(bases, bases, nowNanos);
    }

    /**
     * Gathers candidates, once, with sockets of its own for TURN servers: a server tells allocations apart by the socket alone, so that a
     * session that shares its bases with others asks servers from elsewhere.
     *
     * @param bases the addresses of the owner's UDP sockets, the preferred ones first
     * @param relayBases the addresses of sockets that nobody else uses
     */
    public void gather(List<TransportAddress> bases, List<TransportAddress> relayBases, long nowNanos) {
        preferences = new Preferences(bases);
        if (setup.policy() != IcePolicy.RELAY) {
            for (TransportAddress base : bases) {
                add(Candidate.host(base, preferences.direct(base)), setup.policy() == IcePolicy.ALL, nowNanos);
            }
        }
        gathering.plan(new Gathering.From(bases, relayBases), setup.servers(), setup.policy(), this::query, relays::client, nowNanos);
        step(nowNanos);
    }

    /** Adds a socket while the session runs: a new interface, or a new address. Its candidates are told as they come. */
    public void addBase(TransportAddress base, long nowNanos) {
        preferences.add(base);
        gathered = false;
        agent.setLocalEnded(false);
        if (setup.policy() != IcePolicy.RELAY) {
            add(Candidate.host(base, preferences.direct(base)), setup.policy() == IcePolicy.ALL, nowNanos);
        }
        gathering.plan(new Gathering.From(List.of(base), List.of(base)), setup.servers(), setup.policy(), this::query, relays::client,
                nowNanos);
        step(nowNanos);
    }

    /**
     * Takes a socket away whose address is gone. Allocations that were reached from there move to another one when they are mobile (RFC 8016),
     * else they are lost.
     */
    public void removeBase(TransportAddress base, long nowNanos) {
        preferences.remove(base);
        gathering.forget(base);
        relays.onBaseGone(base, preferences.first(base.ipv4()), nowNanos);
        agent.removeBase(base, nowNanos);
        step(nowNanos);
    }

    private StunQuery query(IceServer server, TransportAddress base) {
        return new StunQuery(server, base, setup.agent().transactionTag(), random.nextLong());
    }

    /** Adds a candidate unless another one has the same address and base (RFC 8445, section 5.1.3), and tells the peer of it or not. */
    void add(Candidate candidate, boolean tell, long nowNanos) {
        boolean redundant = agent.localCandidates().stream().anyMatch(other -> other.type() != CandidateType.PEER_REFLEXIVE
                && other.address().equals(candidate.address()) && other.base().equals(candidate.base()));
        if (redundant) {
            return;
        }
        agent.addLocalCandidate(candidate, nowNanos);
        if (tell) {
            events.add(new SessionEvent.CandidateFound(candidate));
        }
    }

    /** The peer only answers checks: it said {@code ice-lite} (RFC 8839, section 5.3). */
    public void setRemoteLite(long nowNanos) {
        agent.setRemoteLite(nowNanos);
        step(nowNanos);
    }

    /** Sets the peer's credentials of this generation. */
    public void setRemoteCredentials(IceCredentials credentials, long nowNanos) {
        agent.setRemoteCredentials(credentials, nowNanos);
        remotes.begin(credentials.ufrag()).forEach(candidate -> agent.addRemoteCandidate(candidate, nowNanos));
        agent.setRemoteEnded(remotes.hasEnded());
        relays.permitAll(nowNanos);
        step(nowNanos);
    }

    /** Adds a candidate of the present generation that the peer signalled, at any time (RFC 8838). */
    public void addRemoteCandidate(Candidate candidate, long nowNanos) {
        agent.addRemoteCandidate(candidate, nowNanos);
        relays.permitAll(nowNanos);
        step(nowNanos);
    }

    /**
     * Adds a candidate as the peer signalled it. One of a generation whose credentials are not known yet waits for them, one of an earlier
     * generation is dropped, and so is one that cannot be checked from here.
     *
     * @param ufrag the username fragment that was signalled with it, or an empty text; the candidate's own extension goes before
     */
    public void addRemoteCandidate(CandidateAttribute attribute, String ufrag, long nowNanos) {
        Candidate candidate = attribute.candidate();
        if (candidate == null) {
            shared.session().count(SessionReason.UNUSABLE_CANDIDATE);
            return;
        }
        switch (remotes.take(attribute.extensions().getOrDefault("ufrag", ufrag), candidate)) {
            case NOW -> addRemoteCandidate(candidate, nowNanos);
            case WAITS -> shared.session().count(SessionReason.EARLY_CANDIDATE);
            case STALE -> shared.session().count(SessionReason.STALE_CANDIDATE);
            case TOO_MANY -> shared.session().count(SessionReason.TOO_MANY_EARLY);
        }
    }

    /**
     * The peer has no more candidates of a generation (RFC 8838, section 8.2): without such a word the checks are not called failed while
     * candidates still come.
     *
     * @param ufrag which generation, or an empty text for the present one
     */
    public void endOfRemoteCandidates(String ufrag, long nowNanos) {
        remotes.end(ufrag);
        agent.setRemoteEnded(remotes.hasEnded());
        step(nowNanos);
    }

    /** Begins a new generation; the candidates stay, and are told again under the new credentials. */
    public void restart(IceCredentials newLocal, long nowNanos) {
        agent.restart(newLocal);
        for (Candidate candidate : agent.localCandidates()) {
            if (setup.policy() == IcePolicy.ALL || candidate.type() != CandidateType.HOST) {
                events.add(new SessionEvent.CandidateFound(candidate));
            }
        }
        if (gathered) {
            events.add(new SessionEvent.GatheringDone());
        }
        step(nowNanos);
    }

    /** Takes a datagram that arrived at one of the bases. */
    public Inbound onPacket(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from, long nowNanos) {
        RelayWay way = gathering.from(at, from);
        if (way != null) {
            // One server may be asked for both: its answers to Binding requests are not the TURN client's.
            return isMapping(buffer, offset, length, at, from)
                    ? onDirect(buffer, offset, length, at, from, nowNanos)
                    : onRelay(way, buffer, offset, length, nowNanos);
        }
        if (setup.policy() == IcePolicy.RELAY) {
            shared.session().count(SessionReason.NOT_RELAYED);
            return Inbound.DROPPED;
        }
        return onDirect(buffer, offset, length, at, from, nowNanos);
    }

    private boolean isMapping(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from) {
        return length > 0 && buffer.get(offset) == 1 && message.wrap(buffer, offset, length) == StunResult.OK
                && message.method() == StunType.BINDING && gathering.answeredBy(message, at, from) != null;
    }

    /** Takes a message from a server on a connection. */
    public Inbound onMessage(int connection, ByteBuffer buffer, int offset, int length, long nowNanos) {
        RelayWay way = gathering.onConnection(connection);
        if (way == null) {
            shared.session().count(SessionReason.UNKNOWN_CONNECTION);
            return Inbound.DROPPED;
        }
        return onRelay(way, buffer, offset, length, nowNanos);
    }

    private Inbound onRelay(RelayWay way, ByteBuffer buffer, int offset, int length, long nowNanos) {
        TurnClient.Inbound kind = way.client.onPacket(buffer, offset, length, nowNanos);
        TransportAddress peer = way.client.data().source();
        Inbound result = switch (kind) {
            case DROPPED -> Inbound.DROPPED;
            case CONTROL -> Inbound.CONTROL;
            case DATA -> {
                TransportAddress relayed = peer == null ? null : way.relayed(peer.ipv4());
                yield relayed == null || peer == null
                        ? Inbound.DROPPED
                        : onDirect(buffer, way.client.data().offset(), way.client.data().length(), relayed, peer, nowNanos);
            }
        };
        if (kind == TurnClient.Inbound.CONTROL) {
            step(nowNanos);
        }
        return result;
    }

    private Inbound onDirect(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from, long nowNanos) {
        boolean stun = length > 0 && (buffer.get(offset) & 0xFC) == 0; // RFC 7983: 0 to 3
        if (!stun) {
            if (!agent.isProven(at, from)) {
                shared.session().count(SessionReason.UNPROVEN_SOURCE);
                return Inbound.DROPPED;
            }
            dataOffset = offset;
            dataLength = length;
            return Inbound.DATA;
        }
        if (message.wrap(buffer, offset, length) != StunResult.OK) {
            shared.session().count(SessionReason.MALFORMED);
            return Inbound.DROPPED;
        }
        StunQuery query = message.method() == StunType.BINDING ? gathering.answeredBy(message, at, from) : null;
        if (query != null) {
            onMapped(query, nowNanos);
            step(nowNanos);
            return Inbound.CONTROL;
        }
        IceReason reason = agent.onPacket(message, at, from, nowNanos);
        step(nowNanos);
        return switch (reason) {
            case CHECK_ANSWERED -> Inbound.CHECKED;
            case RESPONSE_ACCEPTED -> Inbound.ANSWERED;
            default -> Inbound.CONTROL;
        };
    }

    private void onMapped(StunQuery query, long nowNanos) {
        boolean before = query.settled();
        TransportAddress mapped = query.onAnswer(message, nowNanos);
        if (mapped != null && !mapped.equals(query.base)) { // without a NAT it is the host candidate once more
            add(Candidate.serverReflexive(mapped, query.base, query.server.address(), preferences.direct(query.base)), true, nowNanos);
        } else if (mapped == null && !before) {
            int code = message.errorCode();
            error(query.server, query.base, code == 0 ? TurnClient.UNREACHABLE : code, message.errorReason());
        }
    }

    void error(IceServer server, TransportAddress base, int code, String text) {
        shared.session().count(SessionReason.GATHERING_FAILED);
        events.add(new SessionEvent.GatheringError(server.url(), base, code, text));
    }

    /**
     * Another socket was opened as {@link SessionEvent.SocketWanted} asked, or none could be.
     *
     * @param refused the socket that the server does not take
     * @param instead the other one, or null
     */
    public void onSocket(TransportAddress refused, @Nullable TransportAddress instead, long nowNanos) {
        relays.onSocket(refused, instead, nowNanos);
        step(nowNanos);
    }

    /** The connection that was asked for is there. */
    public void onConnected(int connection, long nowNanos) {
        RelayWay way = gathering.onConnection(connection);
        if (way != null) {
            way.client.onConnected(nowNanos);
            step(nowNanos);
        }
    }

    /** The connection that was asked for could not be made, or has ended. */
    public void onDisconnected(int connection, String why, long nowNanos) {
        RelayWay way = gathering.onConnection(connection);
        if (way != null) {
            way.client.onDisconnected(why);
            step(nowNanos);
        }
    }

    /** The network says that nothing arrives there (EHOSTUNREACH, ENETUNREACH, or ICMP): what was to go there fails at once. */
    public void onUnreachable(TransportAddress base, TransportAddress peer, long nowNanos) {
        agent.onUnreachable(base, peer, nowNanos);
        step(nowNanos);
    }

    /** Another session of the owner's goes by that way, and is answered there: this one has to find another. */
    public void onAddressInUse(TransportAddress base, TransportAddress peer, long nowNanos) {
        agent.onAddressInUse(base, peer, nowNanos);
        step(nowNanos);
    }

    /** Returns whether TURN servers are asked by datagrams, which takes sockets that no other session uses. */
    public boolean needsRelaySockets() {
        return setup.servers().stream().anyMatch(server -> server.kind() == IceServer.Kind.TURN_UDP);
    }

    /** Expires what is due. */
    public void onTimeout(long nowNanos) {
        agent.onTimeout(nowNanos);
        for (StunQuery query : gathering.queries()) {
            if (Deadline.due(query.deadline(), nowNanos)) {
                byte[] bytes = query.onTimeout(nowNanos);
                if (bytes == null) {
                    error(query.server, query.base, TurnClient.UNREACHABLE, "the server does not answer");
                } else {
                    transmits.add(new SessionTransmit(query.base, query.server.address(), RelayWay.NO_CONNECTION, bytes));
                }
            }
        }
        for (RelayWay way : gathering.relays()) {
            if (Deadline.due(way.client.nextDeadline(), nowNanos)) {
                way.client.onTimeout(nowNanos);
            }
        }
        Object next = gathering.next(nowNanos);
        if (next instanceof StunQuery query) {
            transmits.add(new SessionTransmit(query.base, query.server.address(), RelayWay.NO_CONNECTION, query.start(nowNanos)));
        } else if (next instanceof RelayWay way) {
            way.client.start(nowNanos);
        }
        step(nowNanos);
    }

    /** Returns when {@link #onTimeout} is to be called next. */
    public long nextDeadline() {
        return Deadline.nearer(agent.nextDeadline(), gathering.nextDeadline());
    }

    /** Carries out what agent and clients want until they want nothing more. */
    private void step(long nowNanos) {
        for (IceTransmit t = agent.pollTransmit(); t != null; t = agent.pollTransmit()) {
            RelayWay way = gathering.of(t.local());
            if (way == null) {
                transmits.add(new SessionTransmit(t.local(), t.remote(), RelayWay.NO_CONNECTION, t.bytes()));
            } else {
                relays.transmit(way, t, nowNanos);
            }
        }
        for (IceEvent e = agent.pollEvent(); e != null; e = agent.pollEvent()) {
            onAgent(e, nowNanos);
        }
        relays.step(nowNanos);
        if (!gathered && gathering.done()) {
            gathered = true;
            agent.setLocalEnded(true);
            events.add(new SessionEvent.GatheringDone());
        }
    }

    private void onAgent(IceEvent event, long nowNanos) {
        switch (event) {
            case IceEvent.StateChanged(IceState state) -> events.add(new SessionEvent.StateChanged(state));
            case IceEvent.PairSelected(CandidatePair pair) -> {
                outlet.select(pair, gathering.of(pair.local().base()), nowNanos);
                events.add(new SessionEvent.PairSelected(pair));
            }
        }
    }

    /** Gives every allocation back. */
    public void close(long nowNanos) {
        gathering.queries().forEach(StunQuery::stop);
        gathering.relays().forEach(way -> way.client.release(nowNanos));
        step(nowNanos);
    }

    /** Returns where data for the peer goes. */
    public Outlet outlet() {
        return outlet;
    }

    /** Returns where data begins that came last. */
    public int dataOffset() {
        return dataOffset;
    }

    /** Returns how long it is. */
    public int dataLength() {
        return dataLength;
    }

    /** Takes the next message to send, or null. */
    public @Nullable SessionTransmit pollTransmit() {
        return transmits.poll();
    }

    /** Takes the next event, or null. */
    public @Nullable SessionEvent pollEvent() {
        return events.poll();
    }

    /** Returns the agent, to look at. */
    public IceAgent agent() {
        return agent;
    }

    Preferences preferences() {
        return preferences;
    }

    void send(SessionTransmit transmit) {
        transmits.add(transmit);
    }

    void tell(SessionEvent event) {
        events.add(event);
    }
}
