package dev.isthmus.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An RTP packet is refused, or all of it lies where it says, whatever lies around it. */
class RtpFuzz {
    private static final int MARGIN = 16;
    private final RtpPacket packet = new RtpPacket();

    static Stream<Arguments> seeds() {
        String fixed = "0001" + "00000010" + "11223344";
        return Stream.of("8060" + fixed, "8060" + fixed + "aabbcc", "90e0" + fixed + "bede0002" + "10aa22bbccdd0000" + "ff",
                "9060" + fixed + "10000002" + "0102aabb" + "02000000" + "ff", "b160" + fixed + "00000001" + "bede0000" + "aabb0002",
                "9060" + fixed + "bede0001" + "fa000000", "a060" + fixed + "09")
                .map(hex -> Arguments.arguments((Object) HexFormat.of().parseHex(hex)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void readsOrRefuses(byte[] bytes) {
        byte[] padded = new byte[bytes.length + 2 * MARGIN];
        Arrays.fill(padded, (byte) 0xff);
        System.arraycopy(bytes, 0, padded, MARGIN, bytes.length);
        String seen = read(ByteBuffer.wrap(bytes.clone()), 0, bytes.length);
        assertThat(read(ByteBuffer.wrap(padded), MARGIN, bytes.length)).as("what lies around it does not matter").isEqualTo(seen);
    }

    private String read(ByteBuffer buffer, int offset, int length) {
        if (!packet.wrap(buffer, offset, length, RtpCapabilities.formats("audio").get(0), 0)) {
            return "refused";
        }
        assertThat(packet.headerLength() + packet.payloadLength()).isLessThanOrEqualTo(length);
        StringBuilder seen = new StringBuilder();
        seen.append(packet.marker()).append(packet.sequence()).append(packet.timestamp()).append(packet.ssrc())
                .append(packet.payloadLength());
        for (int id = 1; id < 256; id++) {
            int at = HeaderExtensions.find(buffer, offset, id);
            if (at >= 0) {
                int begin = (at >>> 8) - offset;
                assertThat(begin + (at & 0xff)).isLessThanOrEqualTo(packet.headerLength());
                seen.append(id).append(begin).append(at & 0xff).append(HeaderExtensions.text(buffer, offset, id));
            }
        }
        return seen.toString();
    }
}
