package dev.isthmus.ice.session;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateTransport;
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
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.client.TurnClient;
import dev.isthmus.ice.turn.client.TurnClientReason;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
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

    /** What an active candidate has for a port (RFC 6544, section 4.5). */
    public static final int ACTIVE_PORT = 9;
    private final Setup setup;
    private final RandomSource random;
    private final int component;
    private final Shared shared;
    private final IceAgent agent;
    private final Gathering gathering = new Gathering();
    private final Foundations foundations;
    private final RelayWays relays;
    private final Mappings mappings;
    private final Outlet outlet;
    private final RemoteCandidates remotes = new RemoteCandidates();
    private final Deque<SessionTransmit> transmits = new ArrayDeque<>();
    private final Deque<SessionEvent> events = new ArrayDeque<>();
    private final Inbox inbox;
    private Preferences preferences = new Preferences(List.of());
    private List<TransportAddress> relayBases = List.of();
    /** What peers are told in place of a base. */
    private Map<TransportAddress, TransportAddress> advertised = Map.of();
    private boolean began;
    private boolean gathered;

    /** Creates a session that has not begun to gather. */
    public IceSession(Setup setup, RandomSource random, Shared shared) {
        this(setup, random, shared, new IceAgent(setup.agent(), random, shared.ice(), shared.messages()), 1, new Foundations());
    }

    private IceSession(Setup setup, RandomSource random, Shared shared, IceAgent agent, int component, Foundations foundations) {
        this.foundations = foundations;
        this.setup = setup;
        gathering.replace(setup.servers());
        this.random = random;
        this.shared = shared;
        this.component = component;
        this.agent = agent;
        this.outlet = new Outlet(agent, shared.session());
        this.relays = new RelayWays(this, setup, random, shared, gathering);
        this.mappings = new Mappings(this, setup, random, gathering);
        this.inbox = new Inbox(this, gathering, mappings, shared, setup.policy() == IcePolicy.RELAY);
    }

    /**
     * Returns the session of the next component of the same stream, with sockets of its own: RTCP where the peer does not multiplex it
     * (RFC 5761). Both have one role, one pair of credentials and one pace; all that is told to one about the peer is told to the other, and
     * after each call the timers of both are set anew.
     */
    public IceSession sibling() {
        return new IceSession(setup, random, shared, agent.sibling(), component + 1, foundations);
    }

    /** Returns the component, 1 for RTP and 2 for RTCP. */
    public int component() {
        return component;
    }

    /** Says which addresses peers are told in place of bases, before anything is gathered: those of a NAT with a static mapping. */
    public void advertise(Map<TransportAddress, TransportAddress> byBase) {
        advertised = byBase;
    }

    private Candidate host(TransportAddress base) {
        Candidate host = Candidate.host(base, preferences.direct(base));
        TransportAddress told = advertised.get(base);
        return told == null ? host : host.advertisedAt(told);
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
        this.relayBases = relayBases;
        began = true;
        if (setup.policy() != IcePolicy.RELAY) {
            bases.forEach(base -> add(host(base), nowNanos));
        }
        ask(new Gathering.From(bases, relayBases), gathering.servers(), nowNanos);
        step(nowNanos);
    }

    private void ask(Gathering.From from, List<IceServer> whom, long nowNanos) {
        gathering.plan(from, whom, setup.policy(), mappings::query, relays::client, nowNanos);
    }

    /** Takes other servers before a restart: new ones are asked, and what the others gave is not told again. */
    public void setServers(List<IceServer> next, long nowNanos) {
        List<IceServer> more = gathering.replace(next);
        if (began && !more.isEmpty()) {
            gathered = false;
            agent.setLocalEnded(false);
            ask(new Gathering.From(preferences.bases(), relayBases), more, nowNanos);
        }
    }

    /**
     * Adds candidates of TCP (RFC 6544); what is there before gathering begins is told before it can be done. Messages to and from their addresses are frames of RFC 4571 on
     * connections: the owner opens one when something is to be sent from an active candidate's.
     *
     * @param hosts from which connections can be opened
     * @param listeners where connections are taken
     */
    public void addStreams(List<TransportAddress> hosts, List<TransportAddress> listeners, long nowNanos) {
        if (!began) {
            preferences = new Preferences(hosts);
        }
        if (setup.policy() != IcePolicy.RELAY) {
            hosts.forEach(host -> add(Candidate.host(host.withPort(ACTIVE_PORT).overTcp(), preferences.direct(host),
                    CandidateTransport.TCP_ACTIVE), nowNanos));
            listeners.forEach(
                    at -> add(Candidate.host(at.overTcp(), preferences.direct(at), CandidateTransport.TCP_PASSIVE), nowNanos));
        }
        step(nowNanos);
    }

    /** Adds a socket while the session runs: a new interface, or a new address. Its candidates are told as they come. */
    public void addBase(TransportAddress base, long nowNanos) {
        preferences.add(base);
        gathered = false;
        agent.setLocalEnded(false);
        if (setup.policy() != IcePolicy.RELAY) {
            add(host(base), nowNanos);
        }
        ask(new Gathering.From(List.of(base), List.of(base)), gathering.servers(), nowNanos);
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

    private void add(Candidate host, long nowNanos) {
        add(host, gathering.tells(host, setup.policy()), nowNanos);
    }

    /** Adds a candidate unless another one has the same address and base (RFC 8445, section 5.1.3), and tells the peer of it or not. */
    void add(Candidate candidate, boolean tell, long nowNanos) {
        boolean redundant = agent.localCandidates().stream().anyMatch(other -> other.type() != CandidateType.PEER_REFLEXIVE
                && other.address().equals(candidate.address()) && other.base().equals(candidate.base()));
        if (redundant) {
            return;
        }
        Candidate ours = foundations.number(candidate.inComponent(component));
        if (setup.policy() != IcePolicy.ALL && ours.type() != CandidateType.HOST) {
            ours = ours.withRelated(TransportAddress.wildcard(ours.address().ipv4())); // the host's address is not told
        }
        agent.addLocalCandidate(ours, nowNanos);
        if (tell) {
            events.add(new SessionEvent.CandidateFound(ours));
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
        agent.setRemoteEnded(remotes.hasEnded(), nowNanos);
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
        agent.setRemoteEnded(remotes.hasEnded(), nowNanos);
        step(nowNanos);
    }

    /** Begins a new generation; the candidates stay, and are told again under the new credentials. */
    public void restart(IceCredentials newLocal, long nowNanos) {
        agent.restart(newLocal);
        told().forEach(candidate -> events.add(new SessionEvent.CandidateFound(candidate)));
        if (gathered) {
            events.add(new SessionEvent.GatheringDone());
        }
        step(nowNanos);
    }

    /** Returns the candidates of ours that peers are told. */
    public List<Candidate> told() {
        return agent.localCandidates().stream().filter(candidate -> gathering.tells(candidate, setup.policy())).toList();
    }

    /** Returns the URL of the server that gave a candidate of ours, as the application wrote it; empty for one of a host. */
    public String url(Candidate of) {
        return gathering.url(of);
    }

    /** Takes a datagram that arrived at one of the bases, or a frame of a candidate's connection. */
    public Inbound onPacket(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from, long nowNanos) {
        return inbox.onPacket(buffer, offset, length, at, from, nowNanos);
    }

    /** Takes a message from a server on a connection. */
    public Inbound onMessage(int connection, ByteBuffer buffer, int offset, int length, long nowNanos) {
        return inbox.onMessage(connection, buffer, offset, length, nowNanos);
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

    /** The TCP connection between a candidate of ours and the peer has ended, or could not be made. */
    public void onStreamEnd(TransportAddress base, TransportAddress peer, long nowNanos) {
        agent.onDisconnected(base, peer, nowNanos);
        step(nowNanos);
    }

    /** Another session of the owner's goes by that way, and is answered there: this one has to find another. */
    public void onAddressInUse(TransportAddress base, TransportAddress peer, long nowNanos) {
        agent.onAddressInUse(base, peer, nowNanos);
        step(nowNanos);
    }

    /** Returns whether TURN servers are asked by datagrams, which takes sockets that no other session uses. */
    public boolean needsRelaySockets() {
        return gathering.servers().stream().anyMatch(server -> server.kind() == IceServer.Kind.TURN_UDP);
    }

    /** Expires what is due. */
    public void onTimeout(long nowNanos) {
        agent.onTimeout(nowNanos);
        mappings.onTimeout(nowNanos);
        for (RelayWay way : gathering.relays()) {
            if (Deadline.due(way.client.nextDeadline(), nowNanos)) {
                way.client.onTimeout(nowNanos);
            }
        }
        Object next = gathering.next(nowNanos);
        if (next instanceof StunQuery query) {
            mappings.start(query, nowNanos);
        } else if (next instanceof RelayWay way) {
            relays.start(way, nowNanos);
        }
        step(nowNanos);
    }

    /** Returns when {@link #onTimeout} is to be called next. */
    public long nextDeadline() {
        return Deadline.nearer(agent.nextDeadline(), gathering.nextDeadline());
    }

    /** Carries out what agent and clients want until they want nothing more. */
    void step(long nowNanos) {
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
        if (began && !gathered && gathering.done()) {
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
        agent.close(nowNanos);
        step(nowNanos);
    }

    /** Returns whether all candidates that there will be have been told. */
    public boolean hasGathered() {
        return gathered;
    }

    /** Returns the bases from which peers are reached directly, the preferred ones first. */
    public List<TransportAddress> hosts() {
        return preferences.bases();
    }

    /** Returns where data for the peer goes. */
    public Outlet outlet() {
        return outlet;
    }

    /** Returns where data begins that came last. */
    public int dataOffset() {
        return inbox.dataOffset();
    }

    /** Returns how long it is. */
    public int dataLength() {
        return inbox.dataLength();
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
