package dev.isthmus.gateway.net;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.bridge.CallView;
import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.gateway.sdp.Negotiation;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.gateway.sdp.SessionDescription;
import dev.isthmus.gateway.sdp.TrickleFragment;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A running gateway: calls on a group of loops. Its methods may be called from any thread and answer through futures. */
public final class GatewayService implements AutoCloseable {
    private static final int ENDED_KEPT = 32;
    private static final int PORTS_A_LOOP = 2;

    /** An address for media, and the address that clients are told. */
    public record MediaAddress(TransportAddress bind, TransportAddress advertise) {}

    /**
     * How a gateway is set up.
     *
     * @param mediaPort loop i listens on this port + 2i; 0 takes any free ports
     * @param plainAddresses where plain ports are opened
     */
    public record Setup(List<MediaAddress> media, int mediaPort, List<TransportAddress> plainAddresses, int firstPlainPort,
            int lastPlainPort, Map<String, Endpoint> endpoints) {}

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
    private final Map<String, Endpoint> endpoints;
    private final RandomSource random;
    private final Map<String, GatewayLoop> calls = new ConcurrentHashMap<>();
    private final Map<String, String> busy = new ConcurrentHashMap<>();
    private final Deque<CallView> recent = new ArrayDeque<>();
    private final AtomicInteger next = new AtomicInteger();

    private GatewayService(Setup setup, RandomSource random) {
        this.endpoints = Collections.unmodifiableMap(new LinkedHashMap<>(setup.endpoints()));
        this.random = random;
    }

    /** Opens every media port and returns the running service. */
    public static GatewayService start(List<Loop> loops, Setup setup, LinkTable links, RandomSource random, WallClock wallClock)
            throws PortException {
        GatewayService service = new GatewayService(setup, random);
        DtlsCertificate certificate = DtlsCertificate.generate(random, wallClock.millis());
        HandshakeWorkers workers = new HandshakeWorkers(64, 1024, 256);
        PlainPorts.Range range = new PlainPorts.Range(setup.plainAddresses(), setup.firstPlainPort(), setup.lastPlainPort());
        GatewayParts parts = new GatewayParts(certificate, workers, range, random, wallClock, service::ended);
        try {
            for (Loop loop : loops) {
                GatewayLoop gateway = new GatewayLoop(loop, parts, links);
                service.loops.add(gateway);
                service.open(gateway, setup);
            }
        } catch (PortException e) {
            service.close();
            throw e;
        }
        return service;
    }

    private void open(GatewayLoop gateway, Setup setup) throws PortException {
        int port = setup.mediaPort() == 0 ? 0 : setup.mediaPort() + PORTS_A_LOOP * gateway.loop().index();
        for (MediaAddress address : setup.media()) {
            try {
                gateway.loop().submit(() -> {
                    gateway.open(address.bind().withPort(port), address.advertise());
                    return true;
                }).join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof PortException p) {
                    throw p;
                }
                throw e;
            }
        }
    }

    /** Returns every address and port to which clients send media. */
    public List<TransportAddress> mediaAddresses() {
        return loops.stream().flatMap(l -> l.advertised().stream()).toList();
    }

    /** Returns the endpoints by name, in the order of the set-up. */
    public Map<String, Endpoint> endpoints() {
        return endpoints;
    }

    /** Makes a call to an endpoint from an offer; fails with {@link Refused}. */
    public CompletableFuture<Created> create(String name, String offer) {
        Endpoint endpoint = endpoints.get(name);
        if (endpoint == null) {
            return CompletableFuture.failedFuture(new Refused(404, "no endpoint is named " + name));
        }
        Negotiation negotiation;
        try {
            negotiation = Negotiation.of(SessionDescription.parse(offer), endpoint.codecs());
        } catch (SdpProblem e) {
            return CompletableFuture.failedFuture(new Refused(400, String.valueOf(e.getMessage())));
        }
        String id = random.token(16);
        if (endpoint.oneCallAtATime() && busy.putIfAbsent(name, id) != null) {
            return CompletableFuture.failedFuture(new Refused(409, "endpoint " + name + " has a call already"));
        }
        GatewayLoop gateway = loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
        calls.put(id, gateway);
        return gateway.loop().submit(() -> gateway.create(id, endpoint, negotiation)).whenComplete((made, failure) -> {
            if (failure != null) {
                calls.remove(id);
                busy.remove(name, id);
            }
        }).exceptionallyCompose(
                e -> CompletableFuture
                        .failedFuture(cause(e) instanceof PortException p ? new Refused(503, String.valueOf(p.getMessage())) : e));
    }

    private static @Nullable Throwable cause(Throwable e) {
        return e instanceof CompletionException ? e.getCause() : e;
    }

    private interface OnSession<T> {
        T apply(GatewayLoop gateway, Session session) throws Refused;
    }

    private <T> CompletableFuture<T> on(String name, String id, OnSession<T> action) {
        GatewayLoop gateway = calls.get(id);
        if (gateway == null) {
            return CompletableFuture.failedFuture(new Refused(404, "no such call"));
        }
        return gateway.loop().submit(() -> {
            Session session = gateway.session(id);
            if (session == null || !name.isEmpty() && !session.call().endpoint().name().equals(name)) {
                throw new Refused(404, "no such call");
            }
            return action.apply(gateway, session);
        });
    }

    /** Ends a call of an endpoint. */
    public CompletableFuture<Boolean> end(String name, String id) {
        return on(name, id, (gateway, session) -> {
            gateway.end(session, gateway.loop().nowNanos());
            return true;
        });
    }

    /** Takes a fragment for a generation, or for a new one ({@link #RESTART}) (RFC 9725, section 4.3). */
    public CompletableFuture<Patched> patch(String name, String id, String generation, String text) {
        TrickleFragment fragment;
        try {
            fragment = TrickleFragment.parse(text);
        } catch (SdpProblem e) {
            return CompletableFuture.failedFuture(new Refused(400, String.valueOf(e.getMessage())));
        }
        return on(name, id, (gateway, session) -> {
            IceAgent agent = session.call().client().ice();
            if (generation.equals(RESTART)) {
                if (fragment.isFor(agent.remoteUfrag())) {
                    throw new Refused(400, "a restart needs new credentials");
                }
                String answer = gateway.restart(session, fragment.credentials(), fragment.candidates(), fragment.mid());
                return new Patched(answer, agent.localCredentials().ufrag());
            }
            if (!generation.equals(agent.localCredentials().ufrag()) || !fragment.isFor(agent.remoteUfrag())) {
                throw new Refused(412, "that ICE generation is not the present one");
            }
            gateway.trickle(session, fragment.candidates());
            return new Patched("", generation);
        });
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
        return on("", id, (gateway, session) -> CallView.of(session.call(), gateway.loop().nowNanos()));
    }

    /** Returns every call, the running ones first. */
    public CompletableFuture<List<CallView>> views() {
        List<CompletableFuture<List<CallView>>> asked = loops.stream().map(l -> l.loop().submit(l::views)).toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(done -> {
            List<CallView> all = new ArrayList<>();
            asked.forEach(f -> all.addAll(f.join()));
            synchronized (recent) {
                all.addAll(recent);
            }
            return all;
        });
    }

    private void ended(CallView view) {
        calls.remove(view.id());
        busy.remove(view.endpoint(), view.id());
        synchronized (recent) {
            recent.addFirst(view);
            if (recent.size() > ENDED_KEPT) {
                recent.removeLast();
            }
        }
    }

    /** Returns the gateway's counters of each loop. */
    public List<Counters<GatewayReason>> counters() {
        return loops.stream().map(GatewayLoop::counters).toList();
    }

    /** Returns the ICE counters of each loop. */
    public List<Counters<IceReason>> iceCounters() {
        return loops.stream().map(GatewayLoop::iceCounters).toList();
    }

    /** Returns the DTLS counters of each loop. */
    public List<Counters<DtlsReason>> dtlsCounters() {
        return loops.stream().map(GatewayLoop::dtlsCounters).toList();
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
    }
}
