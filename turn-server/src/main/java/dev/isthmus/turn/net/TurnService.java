package dev.isthmus.turn.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.allocation.RelayAddress;
import dev.isthmus.turn.allocation.RelayPool;
import dev.isthmus.turn.allocation.Reservations;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.CredentialSource;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.server.TurnConfig;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.server.TurnServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A running TURN server on a group of loops: one listener socket per loop and address, sharing the port. */
public final class TurnService implements AutoCloseable {
    private static final int LISTENER_BUFFER = 4 << 20;
    private static final int HANDSHAKE_THREADS = 2;
    private static final int HANDSHAKES_WAITING = 1000;
    private final List<TurnLoop> loops = new ArrayList<>();
    private final List<TransportAddress> listeners = new ArrayList<>();

    /**
     * How a service is set up.
     *
     * @param listeners UDP ports to listen on
     * @param streams TCP ports to listen on
     * @param connections how many connections there may be
     * @param descriptors open UDP sockets to listen on instead, one loop each
     * @param relays where relay sockets are opened
     * @param allocations how many allocations there may be
     * @param unproven how many answers a source may get that has proved nothing
     * @param firstPort the first relay port
     * @param lastPort the last relay port
     * @param trains whether trains of datagrams may cross the kernel as one
     * @param traffic whether DSCP and ECN bits are kept from one side to the other
     */
    public record Setup(TurnConfig config, List<DatagramSetup> listeners, List<StreamSetup> streams,
            ConnectionLimits connections, List<Integer> descriptors, List<RelayAddress> relays,
            AllocationQuota.Limits allocations, AnswerLimiter.Allowance unproven, int firstPort, int lastPort, boolean trains,
            boolean traffic) {
        /** Returns the same with users that are kept elsewhere too. */
        public Setup with(CredentialSource source, Lookups.Limits limits) {
            return new Setup(config.with(config.credentials().with(source, limits)), listeners, streams, connections, descriptors, relays,
                    allocations, unproven, firstPort, lastPort, trains, traffic);
        }
    }

    private final List<StreamListener> streamListeners = new ArrayList<>();
    private final List<TransportAddress> streams = new ArrayList<>();
    /** A TLS handshake takes a millisecond or more, which no media is to wait for. */
    private final ExecutorService handshakes = new ThreadPoolExecutor(HANDSHAKE_THREADS, HANDSHAKE_THREADS, 1, TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(HANDSHAKES_WAITING), task -> Thread.ofPlatform().daemon().name("tls-handshake").unstarted(task));
    private final Reservations reservations;
    private final CredentialStore credentials;

    private TurnService(Reservations reservations, CredentialStore credentials) {
        this.reservations = reservations;
        this.credentials = credentials;
    }

    /** Opens every port and returns the running service, or names the port that could not be opened. */
    public static TurnService start(List<Loop> loops, Setup setup, LinkTable links, RandomSource random, WallClock wallClock)
            throws PortException {
        TurnServer.Tables tables = TurnServer.Tables.of(setup.allocations(), setup.config().bandwidth(),
                new AnswerLimiter(random.nextLong(), setup.unproven()));
        TurnService service = new TurnService(tables.reservations(), setup.config().credentials());
        Connections connections = Connections.all(setup.connections());
        Connections halfOpen = Connections.handshakes(setup.connections());
        TurnLoop.Shared shared = new TurnLoop.Shared(setup, tables, links, random, wallClock, random.bytes(32), service.loops,
                new StreamClients.Shared(connections, halfOpen, service.handshakes, setup.connections().unsent()),
                new DtlsClients.Shared(connections, halfOpen, dtlsWorkers(setup), random.bytes(32), random));
        for (Loop loop : loops) {
            service.loops.add(new TurnLoop(loop, shared, pools(setup, loop.index(), loops.size())));
        }
        service.credentials.onGone(username -> service.loops.forEach(t -> t.loop().execute(() -> t.revoke(username))));
        try {
            service.open(setup);
        } catch (PortException e) {
            service.close();
            throw e;
        }
        return service;
    }

    private static HandshakeWorkers dtlsWorkers(Setup setup) {
        int most = setup.connections().handshakes(); // they run on virtual threads, and most of their time they wait for the client
        return new HandshakeWorkers(most, most, most);
    }

    private static List<RelayPool> pools(Setup setup, int index, int loops) {
        return setup.relays().stream()
                .map(a -> new RelayPool(a, new PortPool(setup.firstPort(), setup.lastPort(), index, loops))).toList();
    }

    private void open(Setup setup) throws PortException {
        for (int i = 0; i < setup.descriptors().size(); i++) {
            TurnLoop turn = loops.get(i % loops.size());
            int descriptor = setup.descriptors().get(i);
            on(turn, () -> {
                turn.adopt(descriptor);
                return descriptor;
            });
        }
        if (setup.descriptors().isEmpty()) {
            openListeners(setup);
        }
        for (RelayAddress relay : setup.relays()) { // better now than with 508 for every client
            on(loops.get(0), () -> {
                UdpPort.hold(relay.bind().withPort(0), UdpPort.Options.DEFAULT).close();
                return true;
            });
        }
        openStreams(setup);
    }

    private void openStreams(Setup setup) throws PortException {
        for (StreamSetup stream : setup.streams()) {
            TransportAddress bound = stream.address();
            if (bound.port() != 0) {
                StreamListener.refuseIfTaken(bound);
            }
            for (TurnLoop turn : loops) {
                StreamListener listener = StreamListener.open(turn.loop(), stream.at(bound),
                        turn.streams());
                streamListeners.add(listener);
                bound = listener.local();
            }
            streams.add(bound);
        }
    }

    private void openListeners(Setup setup) throws PortException {
        UdpPort.Options options = new UdpPort.Options(loops.size() > 1, LISTENER_BUFFER, LISTENER_BUFFER, setup.trains(), setup.traffic(),
                false);
        for (DatagramSetup listener : setup.listeners()) {
            TransportAddress bound = listener.address();
            if (options.reusePort() && bound.port() != 0) {
                refuseIfTaken(bound);
            }
            for (TurnLoop turn : loops) {
                TransportAddress wanted = bound;
                bound = on(turn, () -> turn.listen(listener, wanted, options));
            }
            listeners.add(bound);
        }
    }

    /** A shared port would be shared with another process of the same user too, which then takes half of the clients. */
    private void refuseIfTaken(TransportAddress address) throws PortException {
        TurnLoop first = loops.get(0);
        on(first, () -> {
            UdpPort.bind(first.loop(), address, UdpPort.Options.DEFAULT, (datagram, now) -> {}).close();
            return true;
        });
    }

    private static <T> T on(TurnLoop turn, Callable<T> task) throws PortException {
        try {
            return turn.loop().submit(task).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PortException p) {
                throw p;
            }
            throw e;
        }
    }

    /** Returns the addresses that are listened on, with their real ports. */
    public List<TransportAddress> listeners() {
        return List.copyOf(listeners);
    }

    /** Returns the TCP addresses that are listened on, with their real ports. */
    public List<TransportAddress> streams() {
        return List.copyOf(streams);
    }

    /** Returns the counters of each loop. */
    public List<Counters<TurnReason>> counters() {
        return loops.stream().map(TurnLoop::counters).toList();
    }

    /** Returns the counters of each loop's DTLS associations. */
    public List<Counters<DtlsReason>> dtlsCounters() {
        return loops.stream().map(t -> t.dtls().counters()).toList();
    }

    /** Returns one count, added up over the loops. */
    public long count(TurnReason reason) {
        return counters().stream().mapToLong(c -> c.get(reason)).sum();
    }

    /** Returns how many allocations there are, asked of every loop. */
    public int allocations() {
        return loops.stream().mapToInt(t -> t.loop().submit(t::allocations).join()).sum();
    }

    /** Ends every allocation of a user on every loop, and forgets what a credential source said of it; completes with how many there were. */
    public CompletableFuture<Integer> revoke(String username) {
        credentials.forget(username);
        CompletableFuture<Integer> all = CompletableFuture.completedFuture(0);
        for (TurnLoop turn : loops) {
            all = all.thenCombine(turn.loop().submit(() -> turn.revoke(username)), Integer::sum);
        }
        return all;
    }

    /** Closes every port. */
    @Override
    public void close() {
        streamListeners.forEach(StreamListener::close);
        for (TurnLoop turn : loops) {
            turn.loop().submit(() -> {
                turn.close();
                return true;
            }).join();
        }
        reservations.close();
        handshakes.shutdown();
    }
}
