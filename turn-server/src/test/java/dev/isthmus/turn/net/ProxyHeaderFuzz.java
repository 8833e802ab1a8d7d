package dev.isthmus.turn.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.turn.server.TurnReason;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A proxy's connection begins with a header that says who the client is, or it waits for more, or it is closed and counted. */
class ProxyHeaderFuzz {
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final StreamBench BENCH = new StreamBench(new ConnectionLimits(10, 10, 10, 10, 65_536));

    @AfterAll
    static void close() throws Exception {
        BENCH.close();
    }

    static Stream<Arguments> seeds() {
        ByteBuffer ipv4 = ByteBuffer.allocate(60).put(SIGNATURE).put((byte) 0x21).put((byte) 0x11).putShort((short) 12)
                .putInt(0xC6336409).putInt(0x7f000001).putShort((short) 4000).putShort((short) 3478);
        ByteBuffer ipv6 = ByteBuffer.allocate(60).put(SIGNATURE).put((byte) 0x21).put((byte) 0x21).putShort((short) 36).put(new byte[36]);
        ByteBuffer local = ByteBuffer.allocate(60).put(SIGNATURE).put((byte) 0x20).put((byte) 0).putShort((short) 0);
        byte[] first = "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] brokenTwice = HexFormat.of().parseHex("0d0a0a0d0a000d0a515549540a0d0a000d0a515549540a2111000c"); // found: counted twice
        return Stream.concat(Stream.of(ipv4, ipv6, local).map(b -> Arrays.copyOf(b.array(), b.position())), Stream.of(first, brokenTwice))
                .map(b -> Arguments.arguments((Object) b));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "120s")
    void admitsOrRefuses(byte[] bytes) throws Exception {
        BENCH.on(() -> {
            long bad = BENCH.count(TurnReason.BAD_PROXY_HEADER);
            long connected = BENCH.count(TurnReason.CONNECTED);
            EmbeddedChannel channel = BENCH.connect(StreamBench.proxied(), StreamBench.CLIENT);
            for (byte each : bytes) {
                StreamBench.receive(channel, new byte[]{each});
            }
            channel.checkException();
            long refused = BENCH.count(TurnReason.BAD_PROXY_HEADER) - bad;
            long admitted = BENCH.count(TurnReason.CONNECTED) - connected;
            assertThat(refused + admitted).as("one or the other, once, or more is to come").isLessThanOrEqualTo(1);
            if (refused == 1) {
                assertThat(channel.isOpen()).isFalse();
            }
            if (admitted == 1) {
                assertThat(bytes).startsWith(SIGNATURE);
                assertThat(bytes[12] >> 4).as("version 2 only").isEqualTo(2);
            }
            channel.finishAndReleaseAll();
            return true;
        });
    }
}
