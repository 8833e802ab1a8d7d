package dev.isthmus.turn.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.SlowSource;
import dev.isthmus.turn.support.TurnDialog;
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
        try (StreamBench bench = new StreamBench(LIMITS, source, Bandwidth.Limits.NONE)) {
            EmbeddedChannel channel = bench.on(() -> bench.connect(StreamBench.plain(), StreamBench.CLIENT));
            Deque<byte[]> answers = new ArrayDeque<>();
            TurnDialog carol = new TurnDialog(request -> {
                StreamBench.receive(channel, request);
                byte[] sent = StreamBench.sent(channel);
                return sent.length == 0 ? answers.poll() : sent;
            }, "carol", "pw");
            assertThat(bench.on(carol::allocate)).as("nothing yet").isEqualTo(-1);
            assertThat(bench.on(() -> channel.config().isAutoRead())).isFalse();
            byte[] binding = dev.isthmus.ice.fuzz.Seeds.stun(1, 0, w -> {});
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
        try (StreamBench bench = new StreamBench(LIMITS, null, new Bandwidth.Limits(1_000_000, 0, 0))) {
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
}
