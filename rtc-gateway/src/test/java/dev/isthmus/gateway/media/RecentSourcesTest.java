package dev.isthmus.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who was heard lately, and how loud (webrtc-pc, sections 5.3.2 and 5.3.3; RFC 6464). */
class RecentSourcesTest {
    private static final int LEVEL_ID = 1;
    private final RecentSources sources = new RecentSources();

    private void hear(int ssrc, int level, long nanos, int... mixed) {
        ByteBuffer b = ByteBuffer.allocate(128);
        b.put((byte) (0x90 | mixed.length)).put((byte) 111).putShort((short) 1).putInt((int) (nanos / MediaBench.MILLI)).putInt(ssrc);
        for (int each : mixed) {
            b.putInt(each);
        }
        b.putShort((short) 0xbede).putShort((short) 1).put((byte) (LEVEL_ID << 4)).put((byte) (0x80 | level)).putShort((short) 0);
        RtpPacket packet = new RtpPacket();
        assertThat(packet.wrap(b, 0, b.position() + 20, RtpCapabilities.formats("audio").get(0), nanos)).isTrue();
        packet.extensions(LEVEL_ID, 0);
        sources.onPacket(packet);
    }

    private List<RecentSources.Heard> heard(boolean contributing, long nanos) {
        return sources.heard(contributing, nanos);
    }

    @Test
    void theLatestComeFirstAndTheOldOnesGo() {
        hear(7, 20, MediaBench.SECOND, 100, 101);
        hear(8, 127, 2 * MediaBench.SECOND, 101);
        hear(7, 30, 3 * MediaBench.SECOND);
        assertThat(heard(false, 4 * MediaBench.SECOND)).containsExactly(
                new RecentSources.Heard(false, 7, 3 * MediaBench.SECOND, 3000, 30),
                new RecentSources.Heard(false, 8, 2 * MediaBench.SECOND, 2000, 127));
        assertThat(heard(true, 4 * MediaBench.SECOND)).extracting(RecentSources.Heard::ssrc).containsExactly(101, 100);
        assertThat(heard(true, 4 * MediaBench.SECOND)).extracting(RecentSources.Heard::level).containsOnly(RecentSources.NO_LEVEL);
        assertThat(heard(true, 11 * MediaBench.SECOND + 1)).extracting(RecentSources.Heard::ssrc).containsExactly(101);
        assertThat(heard(false, 14 * MediaBench.SECOND)).isEmpty();
    }

    @Test
    void onlySoManyAreRemembered() {
        for (int ssrc = 0; ssrc < 1000; ssrc++) {
            hear(ssrc, 1, MediaBench.SECOND + ssrc);
        }
        assertThat(heard(false, 2 * MediaBench.SECOND)).hasSize(32).first().extracting(RecentSources.Heard::ssrc).isEqualTo(999);
    }
}
