package dev.isthmus.turn.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.Certificate;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnSocket;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each limit of connections, one over it, and the counter that says so. */
class ConnectionLimitsTest {
    private static final byte[] HELLO = {22, 3, 1};

    private static EmbeddedChannel from(StreamBench bench, StreamSetup setup, String address) {
        return bench.connect(setup, StreamBench.address(address));
    }

    @Test
    void connectionsInAll() throws Exception {
        try (StreamBench bench = new StreamBench(new ConnectionLimits(2, 2, 9, 9, 65_536))) {
            bench.on(() -> {
                EmbeddedChannel first = from(bench, StreamBench.plain(), "198.51.100.1:1");
                assertThat(from(bench, StreamBench.plain(), "198.51.100.2:1").isOpen()).isTrue();
                assertThat(from(bench, StreamBench.plain(), "198.51.100.3:1").isOpen()).isFalse();
                assertThat(bench.count(TurnReason.TOO_MANY_CONNECTIONS)).isEqualTo(1);
                first.close();
                assertThat(from(bench, StreamBench.plain(), "198.51.100.3:1").isOpen()).as("there is room again").isTrue();
                return true;
            });
        }
    }

    @Test
    void connectionsOfAnAddress() throws Exception {
        try (StreamBench bench = new StreamBench(new ConnectionLimits(9, 2, 9, 9, 65_536))) {
            bench.on(() -> {
                from(bench, StreamBench.plain(), "198.51.100.1:1");
                from(bench, StreamBench.plain(), "198.51.100.1:2");
                assertThat(from(bench, StreamBench.plain(), "198.51.100.1:3").isOpen()).isFalse();
                assertThat(bench.count(TurnReason.TOO_MANY_CONNECTIONS_OF_ADDRESS)).isEqualTo(1);
                assertThat(from(bench, StreamBench.plain(), "198.51.100.2:3").isOpen()).isTrue();
                return true;
            });
        }
    }

    private static StreamSetup tls(Path folder) throws Exception {
        Certificate made = Certificate.make(folder);
        SslContext context = SslContextBuilder.forServer(made.certificate().toFile(), made.key().toFile()).build();
        return new StreamSetup(StreamBench.LISTENER, context, true, List.of());
    }

    private static boolean handshake(StreamBench bench, StreamSetup setup, String address) {
        EmbeddedChannel channel = from(bench, setup, address);
        StreamBench.receive(channel, HELLO);
        return channel.isOpen();
    }

    @Test
    void handshakes(@TempDir Path folder) throws Exception {
        StreamSetup tls = tls(folder);
        try (StreamBench bench = new StreamBench(new ConnectionLimits(9, 9, 3, 2, 65_536))) {
            bench.on(() -> {
                assertThat(handshake(bench, tls, "198.51.100.1:1")).isTrue();
                assertThat(handshake(bench, tls, "198.51.100.1:2")).isTrue();
                assertThat(handshake(bench, tls, "198.51.100.1:3")).as("of its address").isFalse();
                assertThat(bench.count(TurnReason.TOO_MANY_HANDSHAKES_OF_ADDRESS)).isEqualTo(1);
                assertThat(handshake(bench, tls, "198.51.100.2:1")).isTrue();
                assertThat(handshake(bench, tls, "198.51.100.3:1")).as("in all").isFalse();
                assertThat(bench.count(TurnReason.TOO_MANY_HANDSHAKES)).isEqualTo(1);
                assertThat(from(bench, tls, "198.51.100.3:2").isOpen()).as("a connection without TLS").isTrue();
                return true;
            });
        }
    }

    /** A client that reads nothing: data is dropped, and answers are not; but whoever lets too many of them lie is gone. */
    @Test
    void bytesUnsent() throws Exception {
        try (StreamBench bench = new StreamBench(new ConnectionLimits(9, 9, 9, 9, 10_000)); TurnSocket peer = new TurnSocket()) {
            EmbeddedChannel channel = bench.on(() -> bench.connect(StreamBench.plain(), StreamBench.CLIENT));
            TurnDialog alice = new TurnDialog(request -> {
                StreamBench.receive(channel, request);
                return StreamBench.sent(channel);
            }, "alice", "secret");
            assertThat(bench.on(alice::allocate)).isZero();
            TransportAddress relayed = alice.relayed();
            assertThat(bench.on(() -> alice.bind(0x4000, peer.local()))).isZero();
            bench.on(() -> {
                StreamBench.stuck(channel, true);
                return true;
            });
            for (int i = 0; i < 20; i++) {
                peer.send(relayed, new byte[1000]);
            }
            Awaitility.await().until(() -> bench.on(() -> bench.count(TurnReason.RELAYED_TO_CLIENT) == 20));
            long dropped = bench.on(() -> bench.count(TurnReason.SLOW_CLIENT));
            assertThat(dropped).as("what fits into 10,000 bytes was kept, with what each message costs beside its own").isBetween(10L, 12L);
            bench.on(() -> {
                StreamBench.stuck(channel, false);
                assertThat(StreamBench.sent(channel)).hasSize((int) (20 - dropped) * 1004);
                StreamBench.stuck(channel, true);
                return true;
            });
            byte[] refresh = alice.request(TurnAttribute.METHOD_REFRESH, w -> {});
            bench.on(() -> {
                for (int i = 0; i < 10_000 && channel.isOpen(); i++) {
                    bench.turn.streams().onMessage(client(channel), ByteBuffer.wrap(refresh), 0, refresh.length,
                            bench.loop.nowNanos());
                }
                assertThat(channel.isOpen()).isFalse();
                assertThat(bench.count(TurnReason.STREAM_STALLED)).isEqualTo(1);
                return true;
            });
        }
    }

    private static StreamClient client(EmbeddedChannel channel) {
        return channel.pipeline().get(StreamClient.class);
    }
}
