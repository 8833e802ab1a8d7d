package dev.isthmus.turn.natlab;

import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.mdns.MdnsReason;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.session.net.LiveSession;
import dev.isthmus.ice.session.net.ServerTrust;
import dev.isthmus.ice.session.net.SessionLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A session at a place of the lab, which trickles to another one. */
final class LabAgent implements LiveSession.Listener, AutoCloseable {
    private static final int HEADROOM = 64;
    private final NatLab.Place place;
    private final SessionLoop sessions;
    private final LiveSession session;
    /** What came for each component. */
    private final List<BlockingQueue<byte[]>> received = List.of(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());
    private final BlockingQueue<CandidatePair> selections = new LinkedBlockingQueue<>();
    private final List<Candidate> candidates = new ArrayList<>();
    private final BlockingQueue<SessionEvent.GatheringError> errors = new LinkedBlockingQueue<>();
    private final CountDownLatch gathered = new CountDownLatch(1);
    private @Nullable LabAgent peer;

    /** Creates an agent with sockets of its own. */
    LabAgent(NatLab.Place place, boolean controlling, IcePolicy policy) throws Exception {
        this(place, sessions(place), SessionLoop.Options.of(controlling, policy, servers(place)));
    }

    /** Creates an agent among others; it uses the sockets that they share, if there are any. */
    LabAgent(NatLab.Place place, SessionLoop sessions, SessionLoop.Options options) {
        this.place = place;
        this.sessions = sessions;
        session = place.loop().submit(() -> sessions.open(options, this)).join();
    }

    /** Creates an agent with sockets of its own and more than the usual options. */
    LabAgent(NatLab.Place place, SessionLoop.Options options) throws Exception {
        this(place, sessions(place), options);
    }

    static SessionLoop sessions(NatLab.Place place) throws Exception {
        return sessions(place, ServerTrust.system());
    }

    static SessionLoop sessions(NatLab.Place place, ServerTrust trust) {
        SessionLoop.Parts parts = new SessionLoop.Parts(new SecureRandomSource(), new HandshakeWorkers(4, 4, 4), trust);
        return place.loop().submit(() -> new SessionLoop(place.loop(), parts)).join();
    }

    /** Returns what the lab's server is asked for at a place. */
    static List<IceServer> servers(NatLab.Place place) {
        String host = place.host().ipv4() ? NatLab.SERVER : "[" + NatLab.SERVER6 + "]";
        TransportAddress server = Objects.requireNonNull(TransportAddress.parse(host, NatLab.PORT));
        return List.of(IceServer.stun("stun:" + host, server),
                new IceServer("turn:" + host, IceServer.Kind.TURN_UDP, server, "alice", "secret"),
                new IceServer("turn:" + host + "?transport=tcp", IceServer.Kind.TURN_TCP, server, "alice", "secret"));
    }

    /** Exchanges credentials with another agent; both gather, and tell each other what they find. */
    static void connect(LabAgent a, LabAgent b) {
        a.peer = b;
        b.peer = a;
        a.learn(b.credentials());
        b.learn(a.credentials());
        a.on(a::gather);
        b.on(b::gather);
    }

    /** Exchanges whole descriptions with somebody else's agent, as one does that takes no trickled candidates. */
    void connect(Signalling other) throws Exception {
        Signalling.Description theirs = other.description();
        other.tell(gathered());
        take(theirs);
    }

    /** Gathers, and returns what there is to tell when all of it is there. */
    Signalling.Description gathered() throws InterruptedException {
        on(this::gather);
        if (!gathered.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("gathering does not end");
        }
        IceCredentials own = credentials();
        List<String> lines = place.loop().submit(() -> candidates.stream().map(this::line).toList()).join();
        return new Signalling.Description(own.ufrag(), own.password(), lines);
    }

    private String line(Candidate candidate) {
        return session.attribute(candidate, Map.of()).toSdp();
    }

    /** Takes all that the other side has to tell. */
    void take(Signalling.Description theirs) {
        on(() -> {
            session.setRemoteCredentials(new IceCredentials(theirs.ufrag(), theirs.password()));
            for (String line : theirs.candidates()) {
                session.addRemoteCandidate(Objects.requireNonNull(CandidateAttribute.parse(line)), "");
            }
            session.endOfRemoteCandidates("");
        });
    }

    /** Returns the first byte of what came first. */
    int firstByte() throws InterruptedException {
        return Objects.requireNonNull(received.get(0).poll(10, TimeUnit.SECONDS), "nothing came")[0];
    }

    /** Returns whether the selected pair goes by the lab's relay, on whosever side. */
    boolean seesRelay() {
        CandidatePair pair = selected();
        return pair.isRelayed() || pair.remote().address().host().equals(NatLab.SERVER);
    }

    /** Returns whether the pair that is taken in the end goes by the relay: browsers take what works first, then the best. */
    boolean endsAtRelay(boolean expected) throws InterruptedException {
        boolean relay = seesRelay();
        while (relay != expected && selections.poll(10, TimeUnit.SECONDS) != null) {
            relay = seesRelay();
        }
        return relay;
    }

    /** Sends until the same comes back. */
    void echo(String text) throws InterruptedException {
        deliver(this, text);
    }

    /** Gathers for a peer that nobody here plays. */
    void expect(String ufrag, String password) {
        learn(new IceCredentials(ufrag, password));
        on(this::gather);
    }

    private void gather() {
        if (sessions.sharedAddresses(1).isEmpty()) {
            session.gather(List.of(place.host()));
        } else {
            session.gatherShared();
        }
    }

    /** Follows the addresses of its place. */
    void watchHosts() {
        place.loop().submit(() -> {
            sessions.watchHosts(all -> all.stream().filter(TransportAddress::ipv4).toList());
            return true;
        }).join();
    }

    /** Returns the state of the checks. */
    IceState state() {
        return place.loop().submit(() -> session.session().agent().state()).join();
    }

    /** Returns how often something happened to the sessions of this agent's loop. */
    long count(IceReason reason) {
        return place.loop().submit(() -> sessions.tallies().ice().get(reason)).join();
    }

    /** Returns how often something happened to the sessions of this agent's loop. */
    long count(SessionReason reason) {
        return place.loop().submit(() -> sessions.tallies().session().get(reason)).join();
    }

    /** Returns how often something happened to the names of this agent's loop. */
    long count(MdnsReason reason) {
        return place.loop().submit(() -> sessions.mdnsCounters().get(reason)).join();
    }

    IceCredentials credentials() {
        return place.loop().submit(() -> session.session().agent().localCredentials()).join();
    }

    private void learn(IceCredentials credentials) {
        on(() -> session.setRemoteCredentials(credentials));
    }

    private void on(Runnable task) {
        place.loop().submit(() -> {
            task.run();
            return true;
        }).join();
    }

    @Override
    public void onEvent(SessionEvent event) {
        if (event instanceof SessionEvent.CandidateFound(Candidate candidate)) {
            candidates.add(candidate);
            LabAgent other = peer;
            if (other == null) {
                return;
            }
            CandidateAttribute told = Objects.requireNonNull(CandidateAttribute.parse(line(candidate)));
            other.place.loop().execute(() -> other.session.addRemoteCandidate(told, ""));
        } else if (event instanceof SessionEvent.GatheringDone) {
            gathered.countDown();
        } else if (event instanceof SessionEvent.GatheringError error) {
            errors.add(error);
        } else if (event instanceof SessionEvent.PairSelected(CandidatePair pair)) {
            selections.add(pair);
        }
    }

    @Override
    public void onData(int component, ByteBuffer buffer, int offset, int length) {
        byte[] copy = new byte[length];
        buffer.get(offset, copy);
        received.get(component - 1).add(copy);
    }

    /** Waits for the first pair that is selected. */
    CandidatePair connected() throws InterruptedException {
        return Objects.requireNonNull(selections.poll(30, TimeUnit.SECONDS), () -> "no pair: " + describe());
    }

    /** Returns whether another pair is selected before that long has passed. */
    boolean changesWithin(int seconds) throws InterruptedException {
        selections.clear();
        return selections.poll(seconds, TimeUnit.SECONDS) != null;
    }

    /** Waits for a server that gives no candidate. */
    SessionEvent.GatheringError error() throws InterruptedException {
        return Objects.requireNonNull(errors.poll(30, TimeUnit.SECONDS), "no error");
    }

    /** Returns what was told to the peer. */
    List<Candidate> candidates() {
        return place.loop().submit(() -> List.copyOf(candidates)).join();
    }

    /** Returns the pair that is selected now. */
    CandidatePair selected() {
        return Objects.requireNonNull(place.loop().submit(() -> session.session().agent().selectedPair()).join());
    }

    /** Waits until both sides have the same pair, which is soon after both have one. */
    static CandidatePair settled(LabAgent a, LabAgent b) throws InterruptedException {
        a.connected();
        b.connected();
        while (!mirrored(a.selected(), b.selected())) {
            if (a.selections.poll(1, TimeUnit.SECONDS) == null && b.selections.poll(1, TimeUnit.SECONDS) == null
                    && !mirrored(a.selected(), b.selected())) {
                throw new AssertionError("they disagree: " + a.selected() + ", " + b.selected());
            }
        }
        return a.selected();
    }

    /** Whoever sends by a relay is seen there by the other. */
    private static boolean mirrored(CandidatePair a, CandidatePair b) {
        return seenAtRelay(a, b) && seenAtRelay(b, a);
    }

    private static boolean seenAtRelay(CandidatePair from, CandidatePair to) {
        return from.local().type() != CandidateType.RELAYED || from.local().address().equals(to.remote().address());
    }

    /** Returns whether a relay is on the way between two agents that have settled. */
    static boolean isRelayed(LabAgent a, LabAgent b) {
        return a.selected().local().type() == CandidateType.RELAYED || b.selected().local().type() == CandidateType.RELAYED;
    }

    /** Sends until the peer has it; a packet may be lost while a pair settles. */
    void deliver(LabAgent to, String text) throws InterruptedException {
        deliver(1, to, text);
    }

    /** Sends data of a component until the peer has it. */
    void deliver(int component, LabAgent to, String text) throws InterruptedException {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (int i = 0; i < 50; i++) {
            on(() -> {
                ByteBuffer buffer = ByteBuffer.allocate(HEADROOM + bytes.length + 4);
                buffer.put(HEADROOM, bytes);
                session.send(component, buffer, HEADROOM, bytes.length);
            });
            BlockingQueue<byte[]> there = to.received.get(component - 1);
            byte[] got = there.poll(200, TimeUnit.MILLISECONDS);
            while (got != null && !Arrays.equals(got, bytes)) {
                got = there.poll();
            }
            if (got != null) {
                return;
            }
        }
        throw new AssertionError("nothing arrives: " + describe());
    }

    String describe() {
        return place.loop().submit(() -> candidates + " " + session.session().agent().pairs().stream()
                .map(p -> p.state() + " " + p).toList()).join();
    }

    @Override
    public void close() {
        on(session::close);
    }
}
