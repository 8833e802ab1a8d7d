package dev.isthmus.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What is measured of sound and pictures without decoding them. */
class MeterTest {
    private static final int LEVEL_ID = 1;
    private final SoundMeter sound = new SoundMeter();
    private final FrameCount frames = new FrameCount();

    private void hear(int timestamp, int level) {
        ByteBuffer b = ByteBuffer.allocate(64);
        b.put((byte) 0x90).put((byte) 111).putShort((short) 1).putInt(timestamp).putInt(7);
        b.putShort((short) 0xbede).putShort((short) 1).put((byte) (LEVEL_ID << 4)).put((byte) (0x80 | level)).putShort((short) 0);
        RtpPacket packet = new RtpPacket();
        assertThat(packet.wrap(b, 0, b.position() + 20, RtpCapabilities.formats("audio").get(0), 0)).isTrue();
        packet.extensions(level < 0 ? 0 : LEVEL_ID, 0);
        sound.onPacket(packet);
    }

    @Test
    void loudnessIsSummedUpOverTime() {
        hear(-960, 20);
        hear(0, 20);
        hear(960, 40);
        hear(480, 0);
        hear(1920, 127);
        assertThat(sound.seconds()).isCloseTo(0.06, within(1e-9));
        assertThat(sound.energy()).as("squares of 0.1, 0.01 and 0, for 20 ms each").isCloseTo(0.02 * (0.01 + 0.0001), within(1e-9));
        assertThat(sound.level()).isZero();
        hear(1_000_000_000, 0);
        assertThat(sound.seconds()).as("another beginning").isCloseTo(0.06, within(1e-9));
        hear(1_000_000_960, 0);
        assertThat(sound.seconds()).isCloseTo(0.08, within(1e-9));
    }

    @Test
    void withoutLevelsThereIsNoEnergy() {
        hear(0, -1);
        hear(960, -1);
        assertThat(sound.energy()).isNaN();
        assertThat(sound.seconds()).isCloseTo(0.02, within(1e-9));
    }

    @Test
    void picturesAreWholeInWhateverOrderTheirPacketsCome() {
        int[] order = {65_533, 65_535, 65_534, 1, 0, 3, 2, 2};
        for (int each : order) {
            frames.onPacket(each, each == 65_535 || each == 1, 0);
        }
        assertThat(frames.whole()).isEqualTo(2);
        assertThat(frames.broken()).isZero();
        frames.onPacket(4, true, 0);
        assertThat(frames.whole()).isEqualTo(3);
    }

    @Test
    void aPictureOfWhichSomethingStaysAwayIsBroken() {
        for (int i = 0; i < 3000; i++) {
            if (i != 100 && i != 101 && i != 1000) {
                frames.onPacket(i & 0xffff, i % 10 == 9, i * MediaBench.MILLI);
            }
        }
        assertThat(frames.broken()).isEqualTo(2);
        assertThat(frames.whole()).isEqualTo(298);
        frames.onPacket(10_000, true, 10_000 * MediaBench.MILLI);
        assertThat(frames.broken()).as("the gap is too wide").isEqualTo(3);
        assertThat(frames.whole()).isEqualTo(299);
    }

    @Test
    void whatStaysAwayIsWaitedForAsLongAsItMayBeRepeated() {
        frames.onPacket(0, true, 0);
        frames.onPacket(2, true, 100 * MediaBench.MILLI);
        frames.onPacket(3, true, 1000 * MediaBench.MILLI);
        assertThat(frames.whole()).isEqualTo(1);
        frames.onPacket(4, true, 1100 * MediaBench.MILLI);
        assertThat(frames.broken()).isEqualTo(1);
        assertThat(frames.whole()).isEqualTo(3);
    }
}
