package dev.isthmus.ice.session;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceEvent;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.ice.IceTransmit;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.client.TurnClient;
import dev.isthmus.ice.turn.client.TurnClientEvent;
import dev.isthmus.ice.turn.client.TurnClientReason;
import dev.isthmus.ice.turn.client.TurnData;
import dev.isthmus.ice.turn.client.TurnPeer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
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

    /** What a session counts into; the counters belong to the loop on which it lives. */
    public record Tallies(Counters<IceReason> ice, Counters<TurnClientReason> turn, Counters<SessionReason> session) {}

    /** What became of a packet. */
    public enum Inbound {
        /** Data of the peer; {@link #dataOffset} and {@link #dataLength} say where in the same buffer. */
        DATA,
        /** Something of ICE, STUN or TURN, dealt with. */
        CONTROL,
        /** Dropped; a counter says why. */
        DROPPED
    }

    private static final int LARGEST_CHECK = 1024;
    private final Setup setup;
    private final RandomSource random;
    private final Tallies tallies;
    private final IceAgent agent;
    private final Gathering gathering = new Gathering();
    private final Deque<SessionTransmit> transmits = new ArrayDeque<>();
    private final Deque<SessionEvent> events = new ArrayDeque<>();
    private final StunMessage message = new StunMessage();
    private final ByteBuffer scratch = ByteBuffer.allocate(TurnData.HEADROOM + LARGEST_CHECK + TurnData.TAILROOM);
    private Preferences preferences = new Preferences(List.of());
    private boolean gathered;
    private int dataOffset;
    private int dataLength;
    private @Nullable RelayWay outWay;
    private @Nullable CandidatePair selected;

    /** Creates a session that has not begun to gather. */
    public IceSession(Setup setup, RandomSource random, Tallies tallies) {
        this.setup = setup;
        this.random = random;
        this.tallies = tallies;
        this.agent = new IceAgent(setup.agent(), random, tallies.ice());
    }

    /**
     * Gathers candidates, once.
     *
     * @param bases the addresses of the owner's UDP sockets, the preferred ones first
     */
    public void gather(List<TransportAddress> bases, long nowNanos) {
        preferences = new Preferences(bases);
        if (setup.policy() != IcePolicy.RELAY) {
            for (TransportAddress base : bases) {
                add(Candidate.host(base, preferences.direct(base)), setup.policy() == IcePolicy.ALL, nowNanos);
            }
        }
        gathering.plan(bases, setup.servers(), setup.policy(), random, this::client, nowNanos);
        step(nowNanos);
    }

    private TurnClient client(IceServer server) {
        return new TurnClient(new TurnClient.Setup(server.address(), server.kind().connects(), server.username(), server.password(),
                setup.family(), setup.mobile()), random, tallies.turn());
    }

    private void add(Candidate candidate, boolean tell, long nowNanos) {
        agent.addLocalCandidate(candidate, nowNanos);
        if (tell) {
            events.add(new SessionEvent.CandidateFound(candidate));
        }
    }

    /** Sets the peer's credentials of this generation. */
    public void setRemoteCredentials(IceCredentials credentials, long nowNanos) {
        agent.setRemoteCredentials(credentials, nowNanos);
        step(nowNanos);
    }

    /** Adds a candidate that the peer signalled, at any time (RFC 8838). */
    public void addRemoteCandidate(Candidate candidate, long nowNanos) {
        agent.addRemoteCandidate(candidate, nowNanos);
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
            return onRelay(way, buffer, offset, length, nowNanos);
        }
        if (setup.policy() == IcePolicy.RELAY) {
            tallies.session().count(SessionReason.NOT_RELAYED);
            return Inbound.DROPPED;
        }
        return onDirect(buffer, offset, length, at, from, nowNanos);
    }

    /** Takes a message from a server on a connection. */
    public Inbound onMessage(int connection, ByteBuffer buffer, int offset, int length, long nowNanos) {
        RelayWay way = gathering.onConnection(connection);
        if (way == null) {
            tallies.session().count(SessionReason.UNKNOWN_CONNECTION);
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
                tallies.session().count(SessionReason.UNPROVEN_SOURCE);
                return Inbound.DROPPED;
            }
            dataOffset = offset;
            dataLength = length;
            return Inbound.DATA;
        }
        if (message.wrap(buffer, offset, length) != StunResult.OK) {
            tallies.session().count(SessionReason.MALFORMED);
            return Inbound.DROPPED;
        }
        StunQuery query = message.method() == StunType.BINDING ? gathering.answeredBy(message, at, from) : null;
        if (query != null) {
            onMapped(query, nowNanos);
        } else {
            agent.onPacket(message, at, from, nowNanos);
        }
        step(nowNanos);
        return Inbound.CONTROL;
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

    private void error(IceServer server, TransportAddress base, int code, String text) {
        tallies.session().count(SessionReason.GATHERING_FAILED);
        events.add(new SessionEvent.GatheringError(server.url(), base, code, text));
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
            transmit(t, nowNanos);
        }
        for (IceEvent e = agent.pollEvent(); e != null; e = agent.pollEvent()) {
            onAgent(e, nowNanos);
        }
        for (RelayWay way : gathering.relays()) {
            for (TurnClientEvent e = way.client.pollEvent(); e != null; e = way.client.pollEvent()) {
                onClient(way, e, nowNanos);
            }
            for (byte[] bytes = way.client.pollTransmit(); bytes != null; bytes = way.client.pollTransmit()) {
                transmits.add(new SessionTransmit(way.base, way.client.server(), way.connection, bytes));
            }
        }
        if (!gathered && gathering.done()) {
            gathered = true;
            events.add(new SessionEvent.GatheringDone());
        }
    }

    private void transmit(IceTransmit check, long nowNanos) {
        RelayWay way = gathering.of(check.local());
        if (way == null) {
            transmits.add(new SessionTransmit(check.local(), check.remote(), RelayWay.NO_CONNECTION, check.bytes()));
            return;
        }
        TurnPeer peer = way.client.permit(check.remote(), nowNanos);
        for (byte[] bytes = way.client.pollTransmit(); bytes != null; bytes = way.client.pollTransmit()) {
            transmits.add(new SessionTransmit(way.base, way.client.server(), way.connection, bytes)); // the permission goes first
        }
        scratch.put(TurnData.HEADROOM, check.bytes());
        if (peer != null && way.client.data().frame(peer, scratch, TurnData.HEADROOM, check.bytes().length)) {
            int from = way.client.data().offset();
            transmits.add(new SessionTransmit(way.base, way.client.server(), way.connection,
                    Arrays.copyOfRange(scratch.array(), from, from + way.client.data().length())));
        }
    }

    private void onAgent(IceEvent event, long nowNanos) {
        switch (event) {
            case IceEvent.StateChanged(IceState state) -> events.add(new SessionEvent.StateChanged(state));
            case IceEvent.PairSelected(CandidatePair pair) -> {
                selected = pair;
                outWay = gathering.of(pair.local().base());
                RelayWay way = outWay;
                TurnPeer peer = way == null ? null : way.client.permit(pair.remote().address(), nowNanos);
                if (way != null && peer != null) {
                    way.client.bind(peer, nowNanos);
                }
                events.add(new SessionEvent.PairSelected(pair));
            }
        }
    }

    private void onClient(RelayWay way, TurnClientEvent event, long nowNanos) {
        switch (event) {
            case TurnClientEvent.Connect(TransportAddress server, String domain) -> {
                if (way.connection == RelayWay.NO_CONNECTION) {
                    way.client.onConnected(nowNanos);
                } else {
                    events.add(new SessionEvent.Connect(way.connection, way.server, server, domain));
                }
            }
            case TurnClientEvent.Allocated(List<TransportAddress> relayed, TransportAddress mapped) ->
                onAllocated(way, relayed, mapped, nowNanos);
            case TurnClientEvent.Failed(int code, String text) -> {
                way.settled = true;
                error(way.server, way.base, code, text);
                way.relayed.forEach(gone -> agent.removeBase(gone, nowNanos));
                way.relayed = List.of();
                disconnect(way);
            }
            case TurnClientEvent.Released() -> disconnect(way);
            case TurnClientEvent.PeerRefused(TransportAddress peer, int code, String text) -> unreachable(way, peer, nowNanos);
            case TurnClientEvent.PeerUnreachable(TransportAddress peer, int type, int code) -> unreachable(way, peer, nowNanos);
        }
    }

    private void disconnect(RelayWay way) {
        if (way.connection != RelayWay.NO_CONNECTION) {
            events.add(new SessionEvent.Disconnect(way.connection));
        }
    }

    private void unreachable(RelayWay way, TransportAddress peer, long nowNanos) {
        TransportAddress relayed = way.relayed(peer.ipv4());
        if (relayed != null) {
            agent.onUnreachable(relayed, peer, nowNanos);
        }
    }

    private void onAllocated(RelayWay way, List<TransportAddress> relayed, TransportAddress mapped, long nowNanos) {
        way.settled = true;
        way.relayed = relayed;
        boolean datagrams = way.connection == RelayWay.NO_CONNECTION;
        if (datagrams && setup.policy() != IcePolicy.RELAY && !mapped.equals(way.base)) {
            add(Candidate.serverReflexive(mapped, way.base, way.client.server(), preferences.direct(way.base)), true, nowNanos);
        }
        for (TransportAddress each : relayed) {
            TransportAddress related = setup.policy() == IcePolicy.RELAY ? hidden(each) : mapped;
            int preference = preferences.relayed(way.base, way.server.kind(), each.ipv4());
            add(Candidate.relayed(each, way.client.server(), related, preference), true, nowNanos);
        }
    }

    private static TransportAddress hidden(TransportAddress like) {
        return like.ipv4() ? TransportAddress.ipv4(0, 0) : TransportAddress.ipv6(0, 0, 0);
    }

    /** Gives every allocation back. */
    public void close(long nowNanos) {
        gathering.queries().forEach(StunQuery::stop);
        gathering.relays().forEach(way -> way.client.release(nowNanos));
        step(nowNanos);
    }

    /**
     * Prepares data to the peer for sending: what is to be sent then lies at {@link #dataOffset} and goes to {@link #outRemote} from
     * {@link #outLocal}, or on {@link #outConnection}. The buffer has {@link TurnData#HEADROOM} in front of the data and
     * {@link TurnData#TAILROOM} behind it. Returns false, and counts, while no pair is selected.
     */
    public boolean frame(ByteBuffer buffer, int offset, int length) {
        CandidatePair pair = agent.selectedPair();
        if (pair == null || pair != selected) {
            tallies.session().count(SessionReason.NO_PAIR);
            return false;
        }
        RelayWay way = outWay;
        if (way == null) {
            dataOffset = offset;
            dataLength = length;
            return true;
        }
        TurnPeer peer = way.client.peer(pair.remote().address());
        if (peer == null || !way.client.data().frame(peer, buffer, offset, length)) {
            return false;
        }
        dataOffset = way.client.data().offset();
        dataLength = way.client.data().length();
        return true;
    }

    /** Returns where data begins that came or was framed last. */
    public int dataOffset() {
        return dataOffset;
    }

    /** Returns how long it is. */
    public int dataLength() {
        return dataLength;
    }

    /** Returns from where framed data leaves; only after {@link #frame}. */
    public TransportAddress outLocal() {
        return outWay == null ? pair().local().base() : outWay.base;
    }

    /** Returns where framed data goes; only after {@link #frame}. */
    public TransportAddress outRemote() {
        return outWay == null ? pair().remote().address() : outWay.client.server();
    }

    /** Returns the connection that takes framed data, or -1 when it goes as a datagram. */
    public int outConnection() {
        return outWay == null ? RelayWay.NO_CONNECTION : outWay.connection;
    }

    private CandidatePair pair() {
        CandidatePair pair = selected;
        if (pair == null) {
            throw new IllegalStateException("nothing was framed");
        }
        return pair;
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
}
