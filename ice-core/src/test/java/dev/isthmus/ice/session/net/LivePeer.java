package dev.isthmus.ice.session.net;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.SessionEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** A session on a loop's loopback address, and what it hears. */
final class LivePeer implements LiveSession.Listener {
    static final TransportAddress HOST = TransportAddress.ipv4(0x7F000001, 0);
    private static final int HEADROOM = 64;
    private final Loop loop;
    private final SessionLoop sessions;
    private final LiveSession session;
    private final BlockingQueue<IceState> states = new LinkedBlockingQueue<>();
    private final BlockingQueue<CandidateAttribute> candidates = new LinkedBlockingQueue<>();
    private final ByteBuffer packet = ByteBuffer.allocateDirect(256).put(HEADROOM, (byte) 0x80); // as RTP begins
    private boolean gathers;
    /** Whether what comes is counted and not kept. */
    private boolean counts;
    private long counted;
    private final List<String> order = new ArrayList<>();
    private final List<BlockingQueue<byte[]>> received = List.of(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());

    LivePeer(Loop loop, SessionLoop sessions, SessionLoop.Options options) {
        this(loop, sessions, new CandidatePool(sessions), options);
    }

    /** Takes a session of a pool. */
    LivePeer(Loop loop, SessionLoop sessions, CandidatePool pool, SessionLoop.Options options) {
        this.loop = loop;
        this.sessions = sessions;
        this.session = loop.submit(() -> pool.open(options, this)).join();
    }

    /** Does something on the loop. */
    <T> T on(Function<LiveSession, T> action) {
        return loop.submit(() -> action.apply(session)).join();
    }

    void run(java.util.function.Consumer<LiveSession> action) {
        on(s -> {
            action.accept(s);
            return true;
        });
    }

    /** Gathers with the sockets that are shared, or with some of its own. */
    void gather() {
        if (gathers) {
            return;
        }
        gathers = true;
        run(s -> {
            if (sessions.sharedAddresses(1).isEmpty()) {
                s.gather(List.of(HOST));
            } else {
                s.gatherShared();
            }
        });
    }

    /** Tells another one everything that a filter lets through. */
    void tell(LivePeer other, Predicate<CandidateAttribute> filter) {
        gather();
        var credentials = on(s -> s.session().agent().localCredentials());
        other.run(s -> {
            s.setRemoteCredentials(credentials);
            candidates.stream().filter(filter).forEach(c -> s.addRemoteCandidate(c, ""));
            s.endOfRemoteCandidates("");
        });
    }

    static List<String> foundations(LiveSession session) {
        return session.session().told().stream().map(Candidate::foundation).toList();
    }

    /** What was told, in its order. */
    List<String> order() {
        return on(s -> List.copyOf(order));
    }

    BlockingQueue<CandidateAttribute> candidates() {
        return candidates;
    }

    /** Waits for a state. */
    void becomes(IceState wanted) throws InterruptedException {
        IceState state = states.poll(10, TimeUnit.SECONDS);
        while (state != wanted) {
            if (state == null) {
                throw new AssertionError("does not become " + wanted + ": " + on(s -> s.session().agent().pairs().toString()));
            }
            state = states.poll(10, TimeUnit.SECONDS);
        }
    }

    CandidatePair selected(int component) {
        return Objects.requireNonNull(on(s -> s.session(component).agent().selectedPair()));
    }

    /** Sends, and returns what the other one hears. */
    byte[] send(int component, byte[] data, LivePeer to) throws InterruptedException {
        boolean sent = on(s -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(HEADROOM + data.length + 4);
            buffer.put(HEADROOM, data);
            return s.send(component, buffer, HEADROOM, data.length);
        });
        return sent ? Objects.requireNonNull(to.received.get(component - 1).poll(10, TimeUnit.SECONDS), "nothing came") : new byte[0];
    }

    /** Keeps nothing of what comes from now on. */
    void countOnly() {
        run(s -> counts = true);
    }

    /** On the loop only: sends a packet and makes nothing new for it. */
    void sendOne() {
        session.send(1, packet, HEADROOM, 100);
    }

    /** On the loop only: how much was not kept. */
    long counted() {
        return counted;
    }

    @Override
    public void onEvent(SessionEvent event) {
        if (event instanceof SessionEvent.StateChanged(IceState state)) {
            states.add(state);
        } else if (event instanceof SessionEvent.GatheringDone) {
            order.add("done");
        } else if (event instanceof SessionEvent.CandidateFound(Candidate candidate)) {
            order.add("candidate");
            candidates.add(Objects.requireNonNull(CandidateAttribute.parse(CandidateAttribute.line(candidate))));
        }
    }

    @Override
    public void onData(int component, ByteBuffer buffer, int offset, int length) {
        if (counts) {
            counted++;
            return;
        }
        byte[] copy = new byte[length];
        buffer.get(offset, copy);
        received.get(component - 1).add(copy);
    }
}
