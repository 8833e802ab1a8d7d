package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.sctp.SctpReason;
import dev.isthmus.gateway.identity.IdentityProviders;
import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.peer.PeerHost;
import dev.isthmus.gateway.peer.RTCCertificate;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.TaskQueue;
import dev.isthmus.gateway.peer.TransportMonitor;
import dev.isthmus.gateway.peer.TransportPort;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.net.AddressWatch;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.net.ServerTrust;
import dev.isthmus.ice.session.net.SessionLoop;
import dev.isthmus.ice.time.RandomSource;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Event loops on which peer connections live. A program has one, or uses the one that all share who ask for none. */
public final class PeerNetwork implements PeerHost, AutoCloseable {
    /**
     * How a network is set up.
     *
     * @param loops how many event loops
     * @param hosts on which addresses sockets are opened; empty for those of this machine as they are
     * @param events on which the queues of connections run: they keep their tasks in order themselves
     * @param identities who says who somebody is
     */
    public record Options(int loops, List<TransportAddress> hosts, Executor events, IdentityProviders identities) {
        /** One loop for each processor, all addresses, the common pool. */
        public static Options usual() {
            return new Options(Runtime.getRuntime().availableProcessors(), List.of(), ForkJoinPool.commonPool(), IdentityProviders.NONE);
        }

        /** Returns the same with sockets on these addresses only. */
        public Options withHosts(List<TransportAddress> only) {
            return new Options(loops, only, events, identities);
        }

        /** Returns the same with another number of loops. */
        public Options withLoops(int count) {
            return new Options(count, hosts, events, identities);
        }

        /** Returns the same with another executor for events. */
        public Options withEvents(Executor executor) {
            return new Options(loops, hosts, executor, identities);
        }

        /** Returns the same with providers of identities. */
        public Options withIdentities(IdentityProviders providers) {
            return new Options(loops, hosts, events, providers);
        }
    }

    /** An address where media comes in, and the one that peers are told. */
    public record MediaAddress(TransportAddress bind, TransportAddress advertise) {}

    /**
     * Ports that all connections of a loop share.
     *
     * @param port loop i listens on this port + 2i; 0 takes any free ports
     * @param links addresses of this process that are reached in memory
     */
    public record SharedPorts(List<MediaAddress> addresses, int port, LinkTable links) {}

    /** Made when it is first asked for. */
    private static final class Shared {
        static final PeerNetwork NETWORK = start(Options.usual());
    }

    private static final int MOST_HANDSHAKES = 64;
    private static final int MOST_WAITING = 4096;
    private static final int MOST_PER_ADDRESS = 1024;
    private static final RandomSource RANDOM = new SecureRandomSource();
    private static final int ID_CHARACTERS = 24;

    private static final int PORTS_A_LOOP = 2;

    private final @Nullable LoopGroup group;
    private final List<PeerLoop> loops = new ArrayList<>();
    private final Options options;
    private final AtomicInteger next = new AtomicInteger();
    /** What connections have gathered ahead, by their queues. */
    private final Map<TaskQueue, ConnectionPool> pools = new ConcurrentHashMap<>();

    private PeerNetwork(Options options, @Nullable LoopGroup group) {
        this.options = options;
        this.group = group;
    }

    /** Starts a network. */
    public static PeerNetwork start(Options options) {
        LoopGroup group = new LoopGroup("peer", options.loops(), true);
        PeerNetwork network = new PeerNetwork(options, group);
        network.addLoops(group.loops(), false);
        return network;
    }

    /** Starts a network on loops of the caller's, where each loop has ports that all its connections share. */
    public static PeerNetwork on(List<Loop> loops, SharedPorts ports, Executor events) throws PortException {
        PeerNetwork network = new PeerNetwork(new Options(loops.size(), List.of(), events, IdentityProviders.NONE), null);
        network.addLoops(loops, true);
        try {
            for (PeerLoop each : network.loops) {
                network.open(each, ports);
            }
        } catch (PortException e) {
            network.close();
            throw e;
        }
        return network;
    }

    private void addLoops(List<Loop> added, boolean shared) {
        HandshakeWorkers workers = new HandshakeWorkers(MOST_HANDSHAKES, MOST_WAITING, MOST_PER_ADDRESS);
        PeerLoop.Parts parts = new PeerLoop.Parts(RANDOM, System::currentTimeMillis, workers, new ServerResolver(), this::hosts);
        for (Loop loop : added) {
            SessionLoop sessions = loop.submit(() -> new SessionLoop(loop, new SessionLoop.Parts(RANDOM, workers, trust()))).join();
            loops.add(new PeerLoop(loop, parts, sessions, shared));
        }
    }

    private void open(PeerLoop on, SharedPorts ports) throws PortException {
        int port = ports.port() == 0 ? 0 : ports.port() + PORTS_A_LOOP * loops.indexOf(on);
        for (MediaAddress address : ports.addresses()) {
            try {
                on.loop().submit(() -> on.sessions().share(address.bind().withPort(port), address.advertise(), 1, ports.links())).join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof PortException p) {
                    throw p;
                }
                throw e;
            }
        }
    }

    private static ServerTrust trust() {
        try {
            return ServerTrust.system();
        } catch (GeneralSecurityException | SSLException e) {
            throw new IllegalStateException("the system's certificate authorities cannot be read", e);
        }
    }

    /** Returns the network that all share who ask for none; it ends with the program. */
    public static PeerNetwork shared() {
        return Shared.NETWORK;
    }

    /** Returns an id for a track or a stream. */
    public static String newId() {
        return RANDOM.token(ID_CHARACTERS);
    }

    private List<TransportAddress> hosts() {
        if (!options.hosts().isEmpty()) {
            return options.hosts();
        }
        List<TransportAddress> present = AddressWatch.present();
        return present.isEmpty() ? List.of(TransportAddress.ipv4(0x7f000001, 0)) : present;
    }

    @Override
    public TaskQueue newQueue() {
        return new EventQueue(options.events());
    }

    @Override
    public RandomSource random() {
        return RANDOM;
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public CompletableFuture<RTCCertificate> generateCertificate(boolean rsa, long lifetimeMillis) {
        CompletableFuture<RTCCertificate> made = new CompletableFuture<>();
        Thread.ofVirtual().name("certificate").start(() -> {
            try {
                made.complete(new RTCCertificate(DtlsCertificate.generate(RANDOM, System.currentTimeMillis(), lifetimeMillis, rsa)));
            } catch (RuntimeException e) {
                made.completeExceptionally(e);
            }
        });
        return made;
    }

    @Override
    public void elsewhere(Runnable task) {
        Thread.ofVirtual().name("identity").start(task);
    }

    @Override
    public IdentityProviders identityProviders() {
        return options.identities();
    }

    @Override
    public void later(long nanos, Runnable task) {
        loops.get(0).later(nanos, task);
    }

    @Override
    public TransportPort open(TransportPort.Setup setup, TaskQueue queue, TransportPort.Listener listener) {
        ConnectionPool pool = pools.get(queue);
        return new LiveTransport(pool == null ? next() : pool.owner(), pool, setup, queue, listener);
    }

    private PeerLoop next() {
        return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    }

    /**
     * Returns a host whose transports all live on one loop.
     *
     * @param loop its number
     * @param data whether data channels that a peer offers are taken
     * @param opened hears of each transport before it does anything, on the thread that opens it
     */
    public PeerHost at(int loop, boolean data, Consumer<TransportMonitor> opened) {
        return new PlacedHost(this, loops.get(loop), data, opened);
    }

    @Override
    public void prepare(TaskQueue queue, @Nullable RTCConfiguration configuration) {
        if (configuration == null || configuration.iceCandidatePoolSize() == 0) {
            ConnectionPool present = configuration == null ? pools.remove(queue) : pools.get(queue);
            if (present != null) {
                present.give();
            }
        } else {
            pools.computeIfAbsent(queue, k -> new ConnectionPool(next())).fill(configuration);
        }
    }

    /** Returns the shared ports of a loop as peers are told them. */
    public List<TransportAddress> advertised(int loop) {
        PeerLoop of = loops.get(loop);
        return of.loop().submit(() -> List.copyOf(of.sessions().advertised().values())).join();
    }

    /** Returns how many datagrams the kernel dropped at the shared ports of a loop; on that loop. */
    public long kernelDrops(int loop) {
        return loops.get(loop).sessions().kernelDrops();
    }

    /** Returns what ICE counts, by loop. */
    public List<IceSession.Shared> iceCounters() {
        return loops.stream().map(loop -> loop.sessions().tallies()).toList();
    }

    /** Returns what DTLS counts, by loop. */
    public List<Counters<DtlsReason>> dtlsCounters() {
        return loops.stream().map(PeerLoop::dtlsCounters).toList();
    }

    /** Returns what SCTP counts, by loop. */
    public List<Counters<SctpReason>> sctpCounters() {
        return loops.stream().map(PeerLoop::sctpCounters).toList();
    }

    /** Returns what transports count, by loop. */
    public List<Counters<GatewayReason>> counters() {
        return loops.stream().map(PeerLoop::counters).toList();
    }

    /** Ends all connections, and the loops unless they are the caller's. */
    @Override
    public void close() {
        for (PeerLoop loop : loops) {
            loop.loop().submit(() -> {
                loop.sessions().close();
                return true;
            }).join();
        }
        if (group != null) {
            group.close();
        }
    }
}
