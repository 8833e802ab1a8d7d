package dev.isthmus.turn.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.fuzz.Seeds;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.turn.server.TurnReason;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A connection's bytes mean the same however they are cut: the same things are counted, the same is answered, and it ends alike. */
class StreamClientFuzz {
    private static final StreamBench BENCH = new StreamBench(new ConnectionLimits(10, 10, 10, 10, 65_536));

    @AfterAll
    static void close() throws Exception {
        BENCH.close();
    }

    static Stream<Arguments> seeds() {
        byte[] binding = Seeds.stun(StunType.BINDING, StunType.REQUEST, StunWriter::fingerprint);
        byte[] data = Seeds.channelData(0x4000, 8);
        byte[] tooLong = Seeds.channelData(0x4000, 5000);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] each : new byte[][]{{50}, binding, data, tooLong, binding}) {
            all.writeBytes(each);
        }
        byte[] longNoStun = {1, 0x16, 3, 0x5B, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0}; // found: what its length said was believed before its cookie
        return Stream.of(all.toByteArray(), new byte[]{1, 22, 3, 1, 0, 5}, longNoStun).map(b -> Arguments.arguments((Object) b));
    }

    /** The first byte says how long the pieces are. */
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "120s")
    void piecesDoNotMatter(byte[] bytes) throws Exception {
        if (bytes.length < 2) {
            return;
        }
        int piece = Math.max(1, bytes[0] & 0xff);
        BENCH.on(() -> {
            String whole = outcome(Arrays.copyOfRange(bytes, 1, bytes.length), bytes.length);
            assertThat(outcome(Arrays.copyOfRange(bytes, 1, bytes.length), piece)).isEqualTo(whole);
            return true;
        });
    }

    private static String outcome(byte[] stream, int piece) {
        Map<TurnReason, Long> before = counts();
        EmbeddedChannel channel = BENCH.connect(StreamBench.plain(), StreamBench.CLIENT);
        int answered = 0;
        for (int at = 0; at < stream.length && channel.isOpen(); at += piece) {
            StreamBench.receive(channel, Arrays.copyOfRange(stream, at, Math.min(stream.length, at + piece)));
            answered += StreamBench.sent(channel).length;
        }
        channel.checkException();
        boolean open = channel.isOpen();
        channel.close();
        StringBuilder outcome = new StringBuilder().append(answered).append(open);
        counts().forEach((reason, count) -> {
            if (count > before.getOrDefault(reason, 0L)) {
                outcome.append(' ').append(reason).append(count - before.getOrDefault(reason, 0L));
            }
        });
        return outcome.toString();
    }

    private static Map<TurnReason, Long> counts() {
        Map<TurnReason, Long> counts = new EnumMap<>(TurnReason.class);
        for (TurnReason reason : TurnReason.values()) {
            counts.put(reason, BENCH.count(reason));
        }
        return counts;
    }
}
