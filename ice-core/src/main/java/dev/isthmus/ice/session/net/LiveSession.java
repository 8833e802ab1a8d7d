package dev.isthmus.ice.session.net;

import dev.isthmus.ice.ice.Traffic;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.SessionIndex;
import dev.isthmus.ice.session.SessionReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A session of one component or two, with sockets, connections and timers. Used on its loop's thread only. */
public final class LiveSession {
    /** Hears of a session; called on its loop. */
    public interface Listener {
        /**
         * Something happened; the events of sockets and connections do not come here. Candidates and pairs say to which component they belong,
         * the state is that of all components, and gathering is done when it is done for all of them.
         */
        void onEvent(SessionEvent event);

        /** Data of the peer, for component 1 (RTP) or 2 (RTCP); it may be read and changed only until this method returns. */
        void onData(int component, ByteBuffer buffer, int offset, int length);
    }

    /** A candidate whose name is being asked for, and its generation. */
    private record Asked(String line, String ufrag) {}

    private static final int MOST_ASKED = 16;
    private static final int MOST_UNTOLD = 64;
    private final SessionLoop owner;
    private final Loop loop;
    private final SessionLoop.Options options;
    private final List<LiveComponent> components = new ArrayList<>();
    /** Nobody, as long as the session waits for its use. */
    private @Nullable Listener listener;
    private final List<SessionEvent> untold = new ArrayList<>();
    /** Names that are being asked for, and the generation whose end waits for them. */
    private final Set<Asked> asked = new HashSet<>();
    private final Set<String> endsWait = new HashSet<>();
    private SessionIndex.@Nullable Entry<LiveSession> entry;
    private IceState told = IceState.NEW;
    /** The components that have gathered since it was last told that all have. */
    private final Set<Integer> gathered = new HashSet<>();
    /** What our hosts are called. */
    private final Map<TransportAddress, String> names = new HashMap<>();
    /** It has begun to gather before anybody used it, and its candidates are not told yet. */
    private boolean prepared;
    private final Traffic traffic = new Traffic();
    private boolean closed;

    LiveSession(SessionLoop owner, IceSession session, SessionLoop.Options options, @Nullable Listener listener) {
        this.owner = owner;
        this.loop = owner.loop();
        this.options = options;
        this.listener = listener;
        components.add(new LiveComponent(this, owner, session));
        if (options.components() == 2) {
            components.add(new LiveComponent(this, owner, session.sibling()));
        }
    }

    void entry(SessionIndex.Entry<LiveSession> made) {
        entry = made;
    }

    List<IceAgent> agents() {
        return components.stream().map(component -> component.session().agent()).toList();
    }

    SessionIndex.Entry<LiveSession> entry() {
        return Objects.requireNonNull(entry);
    }

    /** Is used from now on, after it has gathered ahead. */
    void use(boolean controlling, Listener user) {
        listener = user;
        components.forEach(component -> component.session().agent().setControlling(controlling));
    }

    boolean fits(SessionLoop.Options wanted) {
        return options.equals(wanted.withControlling(options.controlling()));
    }

    /**
     * Gathers candidates with sockets of its own on these hosts, the preferred ones first; a host that is not ours is left out. A session that
     * was prepared tells what it has found, and does not look at the hosts.
     */
    public void gather(List<TransportAddress> hosts) {
        Listener user = listener;
        if (prepared && user != null) {
            prepared = false;
            tellPrepared();
            return;
        }
        prepared = user == null;
        each(component -> component.gather(hosts, options.tcp()));
    }

    /** What has been found and is there still, and then whether that is all. */
    private void tellPrepared() {
        for (LiveComponent component : List.copyOf(components)) {
            component.session().told().forEach(candidate -> tell(new SessionEvent.CandidateFound(candidate)));
        }
        List<SessionEvent> errors = List.copyOf(untold);
        untold.clear();
        errors.forEach(this::tell);
        if (components.stream().allMatch(component -> component.session().hasGathered())) {
            tell(new SessionEvent.GatheringDone());
        }
    }

    /** Gathers candidates with the loop's shared sockets; only TURN servers are asked from sockets of its own. */
    public void gatherShared() {
        each(component -> component.gatherShared(options.tcp()));
    }

    private void each(Consumer<LiveComponent> action) {
        if (!closed) {
            List.copyOf(components).forEach(action);
            settle(loop.nowNanos());
        }
    }

    /** Carries out what the components want; what one hears may move another on, so that the timers of all are set. */
    void settle(long nowNanos) {
        for (LiveComponent component : List.copyOf(components)) {
            component.drain(nowNanos);
        }
        List.copyOf(components).forEach(LiveComponent::refile);
    }

    void onEvent(int component, SessionEvent event) {
        if (closed || component > components.size()) {
            return; // what happens while it ends is nobody's business
        }
        switch (event) {
            case SessionEvent.StateChanged changed -> tellState();
            case SessionEvent.GatheringDone done -> {
                gathered.add(component);
                tellGathered();
            }
            default -> tell(event);
        }
    }

    private void tellState() {
        IceState now = state();
        if (now != told) {
            told = now;
            tell(new SessionEvent.StateChanged(now));
        }
    }

    private void tellGathered() {
        if (gathered.size() == components.size()) {
            gathered.clear();
            tell(new SessionEvent.GatheringDone());
        }
    }

    private void tell(SessionEvent event) {
        Listener user = listener;
        if (closed) {
            return;
        }
        if (user == null || prepared) {
            if (untold.size() < MOST_UNTOLD && event instanceof SessionEvent.GatheringError) {
                untold.add(event);
            }
        } else {
            user.onEvent(event);
        }
    }

    void onData(int component, ByteBuffer buffer, int offset, int length) {
        Listener user = listener;
        if (user != null) {
            traffic.received(length);
            user.onData(component, buffer, offset, length);
        }
    }

    /** Returns the state of all components together. */
    public IceState state() {
        IceState all = components.get(0).session().agent().state();
        for (LiveComponent each : components) {
            all = all.with(each.session().agent().state());
        }
        return all;
    }

    IceSession.Inbound onDatagram(Datagram datagram, int component, long nowNanos) {
        return component > components.size() ? IceSession.Inbound.DROPPED : components.get(component - 1).onDatagram(datagram, nowNanos);
    }

    void onUnreachable(TransportAddress local, TransportAddress remote, long nowNanos) {
        List.copyOf(components).forEach(component -> component.onUnreachable(local, remote, nowNanos));
    }

    void onAddressInUse(TransportAddress local, TransportAddress remote, long nowNanos) {
        List.copyOf(components).forEach(component -> component.onAddressInUse(local, remote, nowNanos));
    }

    @Nullable
    TcpFlows flows(int component) {
        return component > components.size() ? null : components.get(component - 1).flows();
    }

    boolean isChecking() {
        return components.stream().anyMatch(component -> component.session().agent().state() == IceState.CHECKING);
    }

    private void eachSession(Consumer<IceSession> action) {
        each(component -> action.accept(component.session()));
    }

    /** The peer only answers checks: it said {@code ice-lite}. */
    public void setRemoteLite() {
        eachSession(session -> session.setRemoteLite(loop.nowNanos()));
    }

    /** Takes other servers, as {@link IceSession#setServers} says; TURN servers are asked from the sockets that there are. */
    public void setServers(List<IceServer> servers) {
        eachSession(session -> session.setServers(servers, loop.nowNanos()));
    }

    /** Returns the URL of the server that gave a candidate of ours, or an empty text. */
    public String url(Candidate of) {
        return components.get(of.component() - 1).session().url(of);
    }

    /** Sets the peer's credentials of this generation. */
    public void setRemoteCredentials(IceCredentials credentials) {
        eachSession(session -> session.setRemoteCredentials(credentials, loop.nowNanos()));
    }

    /** Sets the least time between two checks that the peer asked for ({@code ice-pacing}). */
    public void setRemotePacing(int millis) {
        eachSession(session -> session.agent().setRemotePacing(millis * 1_000_000L));
    }

    /** Adds a candidate as its line has it, from {@code candidate:} on; one that is no candidate's is counted. */
    public void addRemoteCandidate(String line, String ufrag) {
        CandidateAttribute read = CandidateAttribute.parse(line);
        if (read == null) {
            owner.tallies().session().count(SessionReason.MALFORMED_CANDIDATE);
        } else {
            addRemoteCandidate(read, ufrag);
        }
    }

    /** Adds a candidate that the peer signalled. */
    public void addRemoteCandidate(Candidate candidate) {
        eachSession(session -> {
            if (session.component() == candidate.component()) {
                session.addRemoteCandidate(candidate, loop.nowNanos());
            }
        });
    }

    /**
     * Adds a candidate as the peer signalled it, with the username fragment of its generation or an empty text. A name of mDNS is asked for
     * first; with the policy of relays nothing is asked.
     */
    public void addRemoteCandidate(CandidateAttribute attribute, String ufrag) {
        if (attribute.isMdns() && options.policy() != IcePolicy.RELAY && !closed && attribute.component() <= components.size()) {
            resolve(attribute, ufrag.isEmpty() ? session().agent().remoteUfrag() : ufrag);
            return;
        }
        eachSession(session -> {
            if (session.component() == attribute.component()) {
                session.addRemoteCandidate(attribute, ufrag, loop.nowNanos());
            }
        });
    }

    private void resolve(CandidateAttribute attribute, String ufrag) {
        Asked question = new Asked(attribute.toSdp(), ufrag);
        if (asked.size() >= MOST_ASKED) {
            owner.tallies().session().count(SessionReason.TOO_MANY_NAMES);
        } else if (asked.add(question)) {
            owner.mdns().resolve(attribute.host(), address -> {
                asked.remove(question);
                onResolved(attribute, ufrag, address);
            });
        }
    }

    private void onResolved(CandidateAttribute attribute, String ufrag, @Nullable TransportAddress address) {
        if (address == null) {
            owner.tallies().session().count(SessionReason.UNRESOLVED_NAME);
        } else if (!closed) {
            addRemoteCandidate(attribute.withHost(address.host()), ufrag);
        }
        if (asked.stream().noneMatch(each -> each.ufrag().equals(ufrag)) && endsWait.remove(ufrag) && !closed) {
            endOfRemoteCandidates(ufrag);
        }
    }

    boolean mayTellHosts() {
        return options.policy() != IcePolicy.RELAY;
    }

    void forgetName(TransportAddress host) {
        String name = names.remove(host.hostOnly());
        if (name != null) {
            owner.mdns().withdraw(name);
        }
    }

    /**
     * Returns what the peer is to be told of a candidate of ours: with a name in place of a host's address where that is wanted, and then
     * without related addresses.
     *
     * @param extensions by name, such as {@code ufrag}
     */
    public CandidateAttribute attribute(Candidate candidate, Map<String, String> extensions) {
        CandidateAttribute plain = CandidateAttribute.of(candidate, extensions);
        if (!options.mdns() || closed) {
            return plain;
        }
        return candidate.type() == CandidateType.HOST
                ? plain.withHost(names.computeIfAbsent(candidate.base().hostOnly(), owner.mdns()::offer))
                : plain.withoutRelated();
    }

    /** The peer has no more candidates of a generation, or, with an empty text, of the present one. */
    public void endOfRemoteCandidates(String ufrag) {
        String generation = ufrag.isEmpty() ? session().agent().remoteUfrag() : ufrag;
        if (asked.stream().anyMatch(each -> each.ufrag().equals(generation))) { // what is being asked for is to come yet
            endsWait.add(generation);
            return;
        }
        eachSession(session -> session.endOfRemoteCandidates(ufrag, loop.nowNanos()));
    }

    /** The peer multiplexes RTCP (RFC 5761): component 2 ends, with its sockets. */
    public void endSecondComponent() {
        if (components.size() > 1 && !closed) {
            LiveComponent second = components.remove(1);
            second.close();
            entry().end(second.session().agent());
            gathered.remove(2);
            tellGathered();
            tellState();
            settle(loop.nowNanos()); // the first may have waited for it
        }
    }

    /** Opens a socket on a host that has come up, and gathers candidates there. */
    public void addHost(TransportAddress host) {
        gathered.clear(); // all of them gather once more
        each(component -> component.addHost(host));
    }

    /** Closes the sockets of a host that is gone. */
    public void removeHost(TransportAddress host) {
        each(component -> component.removeHost(host));
    }

    /**
     * Follows the addresses of this machine: sockets are opened and closed until there is one on each of these hosts and none on others.
     * Sessions that share sockets stay where those are.
     */
    public void setHosts(List<TransportAddress> hosts) {
        if (owner.sharedAddresses(1).isEmpty()) {
            each(component -> component.setHosts(hosts));
        }
    }

    /** Begins a new generation, and returns our credentials of it. */
    public IceCredentials restart() {
        IceCredentials fresh = IceCredentials.random(owner.parts().random());
        restart(fresh);
        return fresh;
    }

    /** Begins a new generation with credentials of the owner's; before anything was gathered they are those of the first one. */
    public void restart(IceCredentials fresh) {
        eachSession(session -> session.restart(fresh, loop.nowNanos()));
        if (!closed) {
            owner.onCredentials(this);
        }
    }

    /** Sends data of component 1, as {@link #send(int, ByteBuffer, int, int)} does. */
    public boolean send(ByteBuffer buffer, int offset, int length) {
        return send(1, buffer, offset, length);
    }

    /**
     * Sends data to the peer by the selected pair; the bytes are copied. The buffer has {@link dev.isthmus.ice.turn.client.TurnData#HEADROOM}
     * in front of the data and {@link dev.isthmus.ice.turn.client.TurnData#TAILROOM} behind it, which are written over.
     *
     * @param component 1 or 2
     * @return false while no pair is selected
     */
    public boolean send(int component, ByteBuffer buffer, int offset, int length) {
        boolean sent = !closed && component <= components.size() && components.get(component - 1).send(buffer, offset, length);
        if (sent) {
            traffic.sent(length);
        }
        return sent;
    }

    /** Returns what went over it, by whatever pair. */
    public Traffic traffic() {
        return traffic;
    }

    /** Returns how many components there are, 1 or 2. */
    public int components() {
        return components.size();
    }

    /** Returns the state machine of component 1, to look at. */
    public IceSession session() {
        return components.get(0).session();
    }

    /** Returns the state machine of a component, 1 or 2, to look at. */
    public IceSession session(int component) {
        return components.get(component - 1).session();
    }

    /** Gives allocations back, and closes sockets and connections. */
    public void close() {
        if (!closed) {
            closed = true;
            names.values().forEach(name -> owner.mdns().withdraw(name));
            owner.remove(this);
            components.forEach(LiveComponent::close);
        }
    }
}
