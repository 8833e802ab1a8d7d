package dev.isthmus.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.rtp.TransportFeedback;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A compound packet is refused with nothing heard of it, or heard the same whatever lies around it. */
class RtcpFuzz {
    private static final int MARGIN = 16;

    static Stream<Arguments> seeds() {
        return Stream.of("80c90001" + "00000001",
                "81c8000c" + "00000001" + "0000000200000003" + "00000004" + "0000000500000006" + "0000000701000000" + "0000000800000009"
                        + "0000000a0000000b" + "81ca0002" + "0000000101016100",
                "81cb0001" + "00000001", "81cd0003" + "00000001" + "00000002" + "00050003", "81ce0002" + "00000001" + "00000002",
                "84ce0004" + "00000001" + "00000000" + "0000000201000000",
                "8fce0005" + "00000001" + "00000000" + "52454d42" + "0112345600000002",
                "8fcd0006" + "00000001" + "00000002" + "00100004" + "00000100" + "2002" + "d000" + "0408" + "0000",
                "afcd0006" + "00000001" + "00000002" + "fffe0003" + "00000101" + "e400" + "0c00" + "7f000002", "80c9ffff00000001",
                "8fcd0006" + "0000ffff" + "ffffff00" + "01e70001" + "42ccf5f5" + "00000000" + "00000000") // found: a run of nothing
                .map(hex -> Arguments.arguments((Object) HexFormat.of().parseHex(hex)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void readsOrRefuses(byte[] bytes) {
        byte[] padded = new byte[bytes.length + 2 * MARGIN];
        Arrays.fill(padded, (byte) 0xff);
        System.arraycopy(bytes, 0, padded, MARGIN, bytes.length);
        Ear first = new Ear();
        Ear second = new Ear();
        boolean sound = Rtcp.read(ByteBuffer.wrap(bytes.clone()), 0, bytes.length, first);
        assertThat(Rtcp.read(ByteBuffer.wrap(padded), MARGIN, bytes.length, second)).isEqualTo(sound);
        assertThat(second.heard).as("what lies around it does not matter").isEqualTo(first.heard);
    }

    /** Writes down what it hears. */
    private static final class Ear implements Rtcp.Visitor, TransportFeedback.Visitor {
        private final List<String> heard = new ArrayList<>();

        private void hear(String what, long... values) {
            heard.add(what + Arrays.toString(values));
        }

        @Override
        public void onSenderReport(int ssrc, Rtcp.SenderInfo info) {
            heard.add("sender report " + ssrc + info);
        }

        @Override
        public void onReportBlock(int receiverSsrc, Rtcp.ReportBlock block) {
            heard.add("block " + receiverSsrc + block);
        }

        @Override
        public void onKeyframeRequest(int aboutSsrc) {
            hear("key frame", aboutSsrc);
        }

        @Override
        public void onNack(int aboutSsrc, int sequence, int mask) {
            hear("nack", aboutSsrc, sequence, mask);
        }

        @Override
        public void onBitrateLimit(long bitsPerSecond) {
            assertThat(bitsPerSecond).isNotNegative();
            hear("limit", bitsPerSecond);
        }

        @Override
        public void onTransportFeedback(ByteBuffer b, int at, int length) {
            hear("feedback", length);
            hear("sound", TransportFeedback.read(b, at, length, this) ? 1 : 0);
        }

        @Override
        public void onBye(int ssrc) {
            hear("bye", ssrc);
        }

        @Override
        public void onArrival(int sequence, long micros) {
            hear("arrival", sequence, micros);
        }

        @Override
        public void onMissing(int sequence) {
            hear("missing", sequence);
        }

        @Override
        public void onEnd() {
            hear("end");
        }
    }
}
