package dev.isthmus.gateway.net;

import dev.isthmus.gateway.sctp.SctpReason;
import dev.isthmus.gateway.bridge.DataEndpoint;
import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.bridge.Call;
import dev.isthmus.gateway.bridge.CallView;
import dev.isthmus.gateway.bridge.Client;
import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.gateway.bridge.Way;
import dev.isthmus.gateway.peer.RTCCertificate;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.WebRtcException;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.gateway.sdp.SessionDescription;
import dev.isthmus.gateway.sdp.TrickleFragment;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A running gateway: calls on a group of loops. Its methods may be called from any thread and answer through futures. */
public final class GatewayService implements AutoCloseable {
    private static final int ENDED_KEPT = 32;
    private static final long LIFETIME_MILLIS = TimeUnit.DAYS.toMillis(3650);

    /**
     * How a gateway is set up.
     *
     * @param ports where clients send media
     * @param plainAddresses where plain ports are opened
     */
    public record Setup(PeerNetwork.SharedPorts ports, List<TransportAddress> plainAddresses, int firstPlainPort, int lastPlainPort,
            Map<String, Endpoint> endpoints) {}

    /** In place of a generation: a restart is asked for. */
    public static final String RESTART = "*";

    /** A call that was made; the generation is that of ICE. */
    public record Created(String id, String answer, String generation) {}

    /** What a fragment brought: the answering fragment, empty for a mere trickle, and the generation. */
    public record Patched(String fragment, String generation) {}

    /** A call that was refused: the HTTP status and the reason. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;

        Refused(int status, String reason) {
            super(reason);
            this.status = status;
        }

        /** Returns the HTTP status. */
        public int status() {
            return status;
        }
    }

    private final List<GatewayLoop> loops = new ArrayList<>();
    private final PeerNetwork network;
    private final ExecutorService front;
    private final RTCConfiguration configuration;
    private final Map<String, Endpoint> endpoints;
    private final RandomSource random;
    private final Map<String, Session> calls = new ConcurrentHashMap<>();
    private final Map<String, String> busy = new ConcurrentHashMap<>();
    private final Deque<CallView> recent = new ArrayDeque<>();
    private final AtomicInteger next = new AtomicInteger();

    private GatewayService(Setup setup, PeerNetwork network, ExecutorService front, RandomSource random, WallClock wallClock) {
        this.endpoints = Collections.unmodifiableMap(new LinkedHashMap<>(setup.endpoints()));
        this.network = network;
        this.front = front;
        this.random = random;
        RTCCertificate certificate = new RTCCertificate(DtlsCertificate.generate(random, wallClock.millis(), LIFETIME_MILLIS, false));
        this.configuration = RTCConfiguration.DEFAULT.withCertificates(List.of(certificate));
    }

    /** Opens every media port and returns the running service. */
    public static GatewayService start(List<Loop> loops, Setup setup, RandomSource random, WallClock wallClock) throws PortException {
        ExecutorService front = Executors.newFixedThreadPool(Math.max(2, loops.size()),
                Thread.ofPlatform().name("front-", 0).daemon().factory());
        try {
            PeerNetwork network = PeerNetwork.on(loops, setup.ports(), front);
            GatewayService service = new GatewayService(setup, network, front, random, wallClock);
            PlainPorts.Range range = new PlainPorts.Range(setup.plainAddresses(), setup.firstPlainPort(), setup.lastPlainPort());
            GatewayLoop.Parts parts = new GatewayLoop.Parts(range, random, wallClock, service::ended);
            loops.forEach(loop -> service.loops.add(new GatewayLoop(loop, service.loops.size(), network, parts)));
            return service;
        } catch (PortException e) {
            front.shutdown();
            throw e;
        }
    }

    /** Returns every address and port to which clients send media. */
    public List<TransportAddress> mediaAddresses() {
        return loops.stream().flatMap(l -> network.advertised(l.number()).stream()).toList();
    }

    /** Returns the endpoints by name, in the order of the set-up. */
    public Map<String, Endpoint> endpoints() {
        return endpoints;
    }

    /** Makes a call to an endpoint from an offer; fails with {@link Refused}. */
    public CompletableFuture<Created> create(Way way, String name, String offer) {
        Endpoint endpoint = endpoints.get(name);
        if (endpoint == null) {
            return CompletableFuture.failedFuture(new Refused(404, "no endpoint is named " + name));
        }
        try {
            SessionDescription.parse(offer); // what cannot be read takes no port
        } catch (SdpProblem e) {
            return CompletableFuture.failedFuture(new Refused(400, String.valueOf(e.getMessage())));
        }
        String id = random.token(16);
        if (endpoint.oneCallAtATime() && busy.putIfAbsent(name, id) != null) {
            return CompletableFuture.failedFuture(new Refused(409, "endpoint " + name + " has a call already"));
        }
        GatewayLoop gateway = loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
        return gateway.loop().submit(() -> gateway.open(id, way, endpoint)).thenComposeAsync(session -> answer(session, offer), front)
                .whenComplete((made, failure) -> {
                    if (failure != null) {
                        busy.remove(name, id);
                    }
                }).exceptionallyCompose(e -> CompletableFuture.failedFuture(refusal(e)));
    }

    private CompletableFuture<Created> answer(Session session, String offer) {
        GatewayLoop gateway = session.loop();
        DataEndpoint data = session.way() == Way.CALL ? session.call().endpoint().data() : null; // WHIP and WHEP have media only
        RTCPeerConnection connection = new RTCPeerConnection(configuration,
                network.at(gateway.number(), data != null, t -> gateway.loop().execute(() -> gateway.onTransport(session, t))));
        if (data != null) {
            DataLeg leg = gateway.dataLeg(session, data);
            connection.setOnDatachannel(e -> leg.take(e.getChannel()));
        }
        Client client = new Client(connection, session.way(), session.call().endpoint().codecs());
        session.client(client);
        calls.put(session.call().id(), session);
        return client.exchange(() -> client.answer(offer)).thenCompose(sdp -> bridge(session, sdp)).whenComplete((made, failure) -> {
            if (failure != null) {
                gateway.loop().execute(() -> gateway.end(session, gateway.loop().nowNanos()));
            }
        });
    }

    /** Joins both sides before the client has the answer. */
    private CompletableFuture<Created> bridge(Session session, String sdp) {
        List<Client.Agreed> agreed = session.client().agreed();
        boolean data = session.client().carriesData();
        if (agreed.isEmpty() && !data) {
            return CompletableFuture.failedFuture(
                    new Refused(400, "no audio or video line has a codec of the endpoint, RTP over DTLS-SRTP and rtcp-mux"));
        }
        if (!data && agreed.stream().noneMatch(a -> a.sends() || a.receives())) {
            return CompletableFuture.failedFuture(new Refused(400, switch (session.way()) {
                case WHIP -> "the client sends nothing, and /whip only takes media";
                case WHEP -> "the client receives nothing, and /whep only gives media";
                case CALL -> "the client neither sends nor receives";
            }));
        }
        Call call = session.call();
        return session.loop().loop()
                .submit(() -> {
                    session.loop().started(session);
                    return agreed.stream()
                            .map(a -> call.carry(a.kind(), a.formats(), a.sends(), a.receives())).toList();
                })
                .thenApplyAsync(streams -> {
                    for (int i = 0; i < streams.size(); i++) {
                        session.client().join(agreed.get(i), streams.get(i));
                    }
                    return new Created(call.id(), sdp, session.client().generation());
                }, front);
    }

    private static Throwable cause(Throwable e) {
        Throwable cause = e.getCause();
        return e instanceof CompletionException && cause != null ? cause : e;
    }

    private static Throwable refusal(Throwable e) {
        Throwable cause = cause(e);
        if (cause instanceof CancellationException) {
            return new Refused(404, "the call has ended");
        }
        if (cause instanceof PortException) {
            return new Refused(503, String.valueOf(cause.getMessage()));
        }
        return cause instanceof WebRtcException ? new Refused(400, String.valueOf(cause.getMessage())) : cause;
    }

    private @Nullable Session session(Way way, String name, String id) {
        Session session = calls.get(id);
        return session != null && session.way() == way && session.call().endpoint().name().equals(name) ? session : null;
    }

    private static <T> CompletableFuture<T> noSuchCall() {
        return CompletableFuture.failedFuture(new Refused(404, "no such call"));
    }

    /** Ends a call of an endpoint. */
    public CompletableFuture<Boolean> end(Way way, String name, String id) {
        Session session = session(way, name, id);
        return session == null ? noSuchCall() : session.loop().loop().submit(() -> {
            session.loop().end(session, session.loop().loop().nowNanos());
            return true;
        });
    }

    /** Takes a fragment for a generation, or for a new one ({@link #RESTART}) (RFC 9725, section 4.3). */
    public CompletableFuture<Patched> patch(Way way, String name, String id, String generation, String text) {
        TrickleFragment fragment;
        try {
            fragment = TrickleFragment.parse(text);
        } catch (SdpProblem e) {
            return CompletableFuture.failedFuture(new Refused(400, String.valueOf(e.getMessage())));
        }
        Session session = session(way, name, id);
        if (session == null) {
            return noSuchCall();
        }
        Client client = session.client();
        return client.exchange(() -> patch(client, generation, fragment))
                .exceptionallyCompose(e -> CompletableFuture.failedFuture(refusal(e)));
    }

    private static CompletableFuture<Patched> patch(Client client, String generation, TrickleFragment fragment) {
        boolean present = fragment.credentials().ufrag().equals(client.remoteGeneration());
        if (generation.equals(RESTART)) {
            return present
                    ? CompletableFuture.failedFuture(new Refused(400, "a restart needs new credentials"))
                    : client.restart(fragment).thenApply(answer -> new Patched(answer, client.generation()));
        }
        if (!present || !generation.equals(client.generation())) {
            return CompletableFuture.failedFuture(new Refused(412, "that ICE generation is not the present one"));
        }
        return client.trickle(fragment).thenApply(done -> new Patched("", generation));
    }

    /** Returns the state of a call, running or just ended. */
    public CompletableFuture<CallView> view(String id) {
        synchronized (recent) {
            for (CallView view : recent) {
                if (view.id().equals(id)) {
                    return CompletableFuture.completedFuture(view);
                }
            }
        }
        Session session = calls.get(id);
        return session == null ? noSuchCall() : session.loop().loop().submit(() -> {
            if (!session.loop().has(session)) {
                throw new Refused(404, "no such call");
            }
            return CallView.of(session.call(), session.loop().loop().nowNanos());
        });
    }

    /** Returns every call, the running ones first, and of each the youngest. */
    public CompletableFuture<List<CallView>> views() {
        List<CompletableFuture<List<CallView>>> asked = loops.stream().map(l -> l.loop().submit(l::views)).toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(done -> {
            List<CallView> all = new ArrayList<>();
            asked.forEach(f -> all.addAll(f.join()));
            synchronized (recent) {
                all.addAll(recent);
            }
            all.sort(Comparator.comparing(CallView::ended).thenComparingLong(CallView::ageMillis));
            return all;
        });
    }

    private void ended(Session session, CallView view) {
        Session made = calls.remove(view.id());
        busy.remove(view.endpoint(), view.id());
        if (made != null) {
            front.execute(made.client()::end);
        }
        if (!session.hasStarted()) {
            return; // its caller was told why
        }
        synchronized (recent) {
            recent.addFirst(view);
            if (recent.size() > ENDED_KEPT) {
                recent.removeLast();
            }
        }
    }

    /** Returns the gateway's counters of each loop. */
    public List<Counters<GatewayReason>> counters() {
        return network.counters();
    }

    /** Returns what ICE counts on each loop. */
    public List<IceSession.Shared> iceCounters() {
        return network.iceCounters();
    }

    /** Returns the SCTP counters of each loop. */
    public List<Counters<SctpReason>> sctpCounters() {
        return network.sctpCounters();
    }

    /** Returns the DTLS counters of each loop. */
    public List<Counters<DtlsReason>> dtlsCounters() {
        return network.dtlsCounters();
    }

    /** Returns how many calls are running. */
    public int running() {
        return calls.size();
    }

    /** Ends every call and closes every port. */
    @Override
    public void close() {
        for (GatewayLoop gateway : loops) {
            gateway.loop().submit(() -> {
                gateway.close();
                return true;
            }).join();
        }
        front.close(); // with the good-byes that are waiting there
        network.close();
    }
}
