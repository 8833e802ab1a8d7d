package dev.isthmus.turn.net;

import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.allocation.RelayAddress;
import dev.isthmus.turn.allocation.RelayPool;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialSource;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.peers.AddressRange;
import dev.isthmus.turn.peers.OwnAddresses;
import dev.isthmus.turn.peers.PeerPolicy;
import dev.isthmus.turn.peers.PeerRule;
import dev.isthmus.turn.server.TurnConfig;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.server.TurnServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connections of one loop with embedded channels in place of sockets; a test works with it on the loop's thread. */
final class StreamBench implements AutoCloseable {
    static final TransportAddress LISTENER = address("127.0.0.1:3478");
    static final TransportAddress CLIENT = address("198.51.100.1:5000");
    private final LoopGroup group = new LoopGroup("bench", 1);
    private final ExecutorService handshakes = Executors.newFixedThreadPool(1);
    final Loop loop = group.loop(0);
    final TurnLoop turn;

    StreamBench(ConnectionLimits limits) {
        this(limits, null, Lookups.Limits.DEFAULT, Bandwidth.Limits.NONE);
    }

    StreamBench(ConnectionLimits limits, @Nullable CredentialSource source, Lookups.Limits lookups,
            Bandwidth.Limits bandwidth) {
        RelayAddress relay = new RelayAddress(address("127.0.0.1:0"), address("127.0.0.1:0"));
        PeerPolicy peers = new PeerPolicy(List.of(new PeerRule(true, Objects.requireNonNull(AddressRange.parse("127.0.0.0/8")), "test")),
                OwnAddresses.NONE);
        CredentialStore users = CredentialStore.of("example.org", Map.of("alice", "secret"), CredentialPolicy.USER, List.of());
        TurnConfig config = new TurnConfig(source == null ? users : users.with(source, lookups), peers,
                new TurnConfig.Features(true, false, true, true), bandwidth, List.of(), null, "test");
        TurnService.Setup setup = new TurnService.Setup(config, List.of(), List.of(), limits, List.of(), List.of(relay),
                AllocationQuota.Limits.DEFAULT, new AnswerLimiter.Allowance(10_000, 100_000), 50_000, 50_999, true, true);
        SecureRandomSource random = new SecureRandomSource();
        Connections all = Connections.all(limits);
        Connections halfOpen = Connections.handshakes(limits);
        List<TurnLoop> loops = new ArrayList<>();
        TurnServer.Tables tables = TurnServer.Tables.of(setup.allocations(), config.bandwidth(),
                new AnswerLimiter(random.nextLong(), setup.unproven()));
        turn = new TurnLoop(loop, new TurnLoop.Shared(setup, tables, new LinkTable(true), random, () -> 1_700_000_000_000L,
                random.bytes(32), loops, new StreamClients.Shared(all, halfOpen, handshakes, limits.unsent()),
                new DtlsClients.Shared(all, halfOpen, new HandshakeWorkers(1, 1, 1), random.bytes(32), random)),
                List.of(new RelayPool(relay, new PortPool(50_000, 50_999, 0, 1))));
        loops.add(turn);
    }

    static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    /** A port without TLS whose connections come from no proxy. */
    static StreamSetup plain() {
        return new StreamSetup(LISTENER, null, true, List.of());
    }

    /** A port that is behind a proxy. */
    static StreamSetup proxied() {
        return new StreamSetup(LISTENER, null, true, List.of(Objects.requireNonNull(AddressRange.parse("0.0.0.0/0"))));
    }

    /** Does something on the loop's thread. */
    <T> T on(Callable<T> task) throws Exception {
        return loop.submit(task).get(120, TimeUnit.SECONDS);
    }

    long count(TurnReason reason) {
        return turn.counters().get(reason);
    }

    /** A connection from that address. */
    EmbeddedChannel connect(StreamSetup setup, TransportAddress remote) {
        EmbeddedChannel channel = new Connection(remote);
        turn.streams().accept(channel, setup);
        return channel;
    }

    private static final class Connection extends EmbeddedChannel {
        private final InetSocketAddress remote;
        private boolean stuck;

        Connection(TransportAddress remote) {
            this.remote = new InetSocketAddress(remote.host(), remote.port());
        }

        @Override
        protected void doWrite(ChannelOutboundBuffer waiting) throws Exception {
            if (!stuck) {
                super.doWrite(waiting);
            }
        }

        @Override
        protected SocketAddress localAddress0() {
            return new InetSocketAddress(LISTENER.host(), LISTENER.port());
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return remote;
        }
    }

    /** Lets the client read nothing more, or read again. */
    static void stuck(EmbeddedChannel channel, boolean stuck) {
        ((Connection) channel).stuck = stuck;
        channel.flush();
    }

    /** Lets bytes come in; nothing when the connection is closed already. */
    static void receive(EmbeddedChannel channel, byte[] bytes) {
        if (channel.isOpen()) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes));
        }
    }

    /** Returns what went out since the last time. */
    static byte[] sent(EmbeddedChannel channel) {
        channel.runPendingTasks();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            out.release();
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    @Override
    public void close() throws Exception {
        on(() -> {
            turn.close();
            return true;
        });
        group.close();
        handshakes.shutdownNow();
    }
}
