package dev.isthmus.turn.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.fuzz.Seeds;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.SlowSource;
import dev.isthmus.turn.support.TurnDialog;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What is held back on a connection, which has no repetitions, until it can be judged or is earned. */
class StreamWaitTest {
    private static final ConnectionLimits LIMITS = new ConnectionLimits(10, 10, 10, 10, 65_536);

    /** A request waits in the stream while its user is looked up, and so does what comes behind it. */
    @Test
    void aRequestWaitsForTheCredentialStore() throws Exception {
        SlowSource source = new SlowSource();
        try (StreamBench bench = new StreamBench(LIMITS, source, Lookups.Limits.DEFAULT, Bandwidth.Limits.NONE)) {
            EmbeddedChannel channel = bench.on(() -> bench.connect(StreamBench.plain(), StreamBench.CLIENT));
            Deque<byte[]> answers = new ArrayDeque<>();
            TurnDialog carol = new TurnDialog(request -> {
                StreamBench.receive(channel, request);
                byte[] sent = StreamBench.sent(channel);
                return sent.length == 0 ? answers.poll() : sent;
            }, "carol", "pw");
            assertThat(bench.on(carol::allocate)).as("nothing yet").isEqualTo(-1);
            assertThat(bench.on(() -> channel.config().isAutoRead())).isFalse();
            byte[] binding = Seeds.stun(1, 0, w -> {});
            bench.on(() -> {
                StreamBench.receive(channel, binding); // which was read already when reading stopped
                assertThat(StreamBench.sent(channel)).isEmpty();
                source.found("example.org", "pw");
                return true;
            });
            Awaitility.await().until(() -> bench.on(() -> channel.config().isAutoRead()));
            byte[] both = bench.on(() -> StreamBench.sent(channel));
            assertThat(both.length).isGreaterThan(100);
            int first = 20 + (both[2] << 8 | both[3] & 0xff);
            assertThat(both[0] << 8 | both[1]).as("the allocation").isEqualTo(0x0103);
            assertThat(both[first] << 8 | both[first + 1]).as("the Binding request behind it").isEqualTo(0x0101);
            assertThat(bench.on(() -> bench.count(TurnReason.LOOKUP_STARTED))).isEqualTo(1);
        }
    }

    /** A connection whose data exceeds its bandwidth is not read for a while; nothing is lost. */
    @Test
    void bandwidthSlowsAConnectionDown() throws Exception {
        try (StreamBench bench = new StreamBench(LIMITS, null, Lookups.Limits.DEFAULT, new Bandwidth.Limits(1_000_000, 0, 0))) {
            EmbeddedChannel channel = bench.on(() -> bench.connect(StreamBench.plain(), StreamBench.CLIENT));
            TurnDialog alice = new TurnDialog(request -> {
                StreamBench.receive(channel, request);
                return StreamBench.sent(channel);
            }, "alice", "secret");
            assertThat(bench.on(alice::allocate)).isZero();
            assertThat(bench.on(() -> alice.bind(0x4000, StreamBench.address("127.0.0.1:9")))).isZero();
            byte[] data = TurnDialog.channelData(0x4000, new byte[1000]);
            int burst = bench.on(() -> {
                int count = 0;
                while (channel.config().isAutoRead() && count < 1000) {
                    StreamBench.receive(channel, data);
                    count++;
                }
                return count;
            });
            assertThat(burst).as("a quarter of a second's worth, and what is earned meanwhile").isBetween(251, 999);
            assertThat(bench.on(() -> bench.count(TurnReason.RELAYED_TO_PEER))).isEqualTo(burst);
            assertThat(bench.on(() -> bench.count(TurnReason.BANDWIDTH_PAUSED))).isEqualTo(1);
            Awaitility.await().until(() -> bench.on(() -> {
                channel.advanceTimeBy(100, TimeUnit.MILLISECONDS);
                channel.runScheduledPendingTasks();
                return channel.config().isAutoRead();
            }));
            assertThat(bench.on(() -> bench.count(TurnReason.BANDWIDTH_TO_PEER))).isZero();
        }
    }

    private static TurnDialog dialog(EmbeddedChannel channel, String user) {
        return new TurnDialog(request -> {
            StreamBench.receive(channel, request);
            byte[] sent = StreamBench.sent(channel);
            return sent.length == 0 ? null : sent;
        }, user, "pw");
    }

    /** What one client waits for is nobody else's: a message that is refused for another reason is refused once. */
    @Test
    void nobodyWaitsForAnothersAnswer() throws Exception {
        SlowSource source = new SlowSource();
        try (StreamBench bench = new StreamBench(LIMITS, source, Lookups.Limits.DEFAULT, Bandwidth.Limits.NONE)) {
            bench.on(() -> {
                EmbeddedChannel first = bench.connect(StreamBench.plain(), StreamBench.CLIENT);
                dialog(first, "carol").allocate();
                EmbeddedChannel other = bench.connect(StreamBench.plain(), StreamBench.address("198.51.100.2:1"));
                assertThat(dialog(other, "x").send(Seeds.stun(0x00F, 0, w -> {}))).isEqualTo(-1);
                assertThat(other.config().isAutoRead()).isTrue();
                source.found("example.org", "pw");
                return true;
            });
            Awaitility.await().until(() -> bench.on(() -> bench.count(TurnReason.ALLOCATED) == 1));
            assertThat(bench.on(() -> bench.count(TurnReason.UNKNOWN_METHOD))).isEqualTo(1);
        }
    }

    private static void awaitServerError(StreamBench bench, EmbeddedChannel channel, TurnDialog client) {
        Awaitility.await().until(() -> bench.on(() -> {
            channel.runScheduledPendingTasks();
            byte[] answer = StreamBench.sent(channel);
            return answer.length > 0 && client.read(answer).answer().errorCode() == 500;
        }));
    }

    /** A store that hangs: the client is told, once, and its connection goes on. */
    @Test
    void aStoreThatHangsIsAServerError() throws Exception {
        SlowSource source = new SlowSource();
        try (StreamBench bench = new StreamBench(LIMITS, source, new Lookups.Limits(9, 9, 9, 60, 5, 1), Bandwidth.Limits.NONE)) {
            EmbeddedChannel channel = bench.on(() -> bench.connect(StreamBench.plain(), StreamBench.CLIENT));
            TurnDialog carol = dialog(channel, "carol");
            assertThat(bench.on(carol::allocate)).isEqualTo(-1);
            awaitServerError(bench, channel, carol);
            assertThat(bench.on(() -> channel.config().isAutoRead())).isTrue();
            assertThat(source.asked()).isEqualTo(1);
            assertThat(bench.on(() -> bench.count(TurnReason.LOOKUP_FAILED))).isEqualTo(1);
        }
    }

    /** The store's late word about one user does not end the wait for another one. */
    @Test
    void aLateAnswerIsNobodyElses() throws Exception {
        SlowSource source = new SlowSource();
        try (StreamBench bench = new StreamBench(LIMITS, source, new Lookups.Limits(9, 9, 9, 60, 5, 1), Bandwidth.Limits.NONE)) {
            EmbeddedChannel channel = bench.on(() -> bench.connect(StreamBench.plain(), StreamBench.CLIENT));
            TurnDialog carol = dialog(channel, "carol");
            assertThat(bench.on(carol::allocate)).isEqualTo(-1);
            awaitServerError(bench, channel, carol);
            assertThat(bench.on(() -> dialog(channel, "dave").allocate())).isEqualTo(-1);
            bench.on(() -> true); // what the look-up of dave has set off has run
            assertThat(bench.on(() -> channel.config().isAutoRead())).as("still waiting").isFalse();
            bench.on(() -> {
                source.fail();
                return true;
            });
            bench.on(() -> {
                assertThat(channel.config().isAutoRead()).isFalse();
                source.found("example.org", "pw");
                return true;
            });
            Awaitility.await().until(() -> bench.on(() -> bench.count(TurnReason.ALLOCATED) == 1));
        }
    }

    /** What follows a waiting request is kept up to a limit. */
    @Test
    void whoeverSendsTooMuchMeanwhileIsGone() throws Exception {
        try (StreamBench bench = new StreamBench(LIMITS, new SlowSource(), Lookups.Limits.DEFAULT, Bandwidth.Limits.NONE)) {
            bench.on(() -> {
                EmbeddedChannel channel = bench.connect(StreamBench.plain(), StreamBench.CLIENT);
                dialog(channel, "carol").allocate();
                for (int i = 0; i < 200; i++) {
                    StreamBench.receive(channel, new byte[1000]);
                }
                assertThat(channel.isOpen()).isFalse();
                assertThat(bench.count(TurnReason.STREAM_TOO_MUCH)).isEqualTo(1);
                return true;
            });
        }
    }

    /** Whatever a connection was held back for, once it is joined to a peer's it is read. */
    @Test
    void aJoinedConnectionIsRead() throws Exception {
        try (StreamBench bench = new StreamBench(LIMITS)) {
            bench.on(() -> {
                EmbeddedChannel channel = bench.connect(StreamBench.plain(), StreamBench.CLIENT);
                StreamClient client = channel.pipeline().get(StreamClient.class);
                client.pause(TimeUnit.MINUTES.toNanos(1));
                assertThat(channel.config().isAutoRead()).isFalse();
                client.become(new Joined(bench.turn, channel, null, true));
                assertThat(channel.config().isAutoRead()).isTrue();
                return true;
            });
        }
    }

    /** RFC 6062's connections are read more slowly too, each direction by its own allowance. */
    @Test
    void joinedConnectionsKeepToTheBandwidth() throws Exception {
        try (StreamBench bench = new StreamBench(LIMITS)) {
            bench.on(() -> {
                Bandwidth.Share share = new Bandwidth(new Bandwidth.Limits(100_000, 0, 0)).join("alice", "somewhere",
                        bench.loop.nowNanos());
                EmbeddedChannel ofClient = new EmbeddedChannel();
                EmbeddedChannel ofPeer = new EmbeddedChannel();
                Joined fromClient = new Joined(bench.turn, ofClient, share, true);
                Joined fromPeer = new Joined(bench.turn, ofPeer, share, false);
                fromClient.other = fromPeer;
                fromPeer.other = fromClient;
                fromClient.pass(Unpooled.wrappedBuffer(new byte[90_000]));
                assertThat(ofClient.config().isAutoRead()).isFalse();
                assertThat(ofPeer.config().isAutoRead()).as("the other direction").isTrue();
                fromPeer.pass(Unpooled.wrappedBuffer(new byte[90_000]));
                assertThat(ofPeer.config().isAutoRead()).isFalse();
                assertThat(bench.count(TurnReason.TCP_BYTES_TO_PEER)).isEqualTo(90_000);
                assertThat(bench.count(TurnReason.TCP_BYTES_TO_CLIENT)).isEqualTo(90_000);
                ofClient.advanceTimeBy(2, TimeUnit.SECONDS);
                ofClient.runScheduledPendingTasks();
                assertThat(ofClient.config().isAutoRead()).as("once it is paid").isTrue();
                return true;
            });
        }
    }
}
