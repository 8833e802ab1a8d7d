package dev.isthmus.gateway.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.sim.SeededRandom;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Feedback about a transport: what is written is read, what is malformed is refused. */
class TransportFeedbackTest {
    private static final class Collected implements TransportFeedback.Visitor {
        final List<Long> told = new ArrayList<>();
        int first = -1;

        @Override
        public void onArrival(int sequence, long micros) {
            first = first < 0 ? sequence : first;
            told.add(micros);
        }

        @Override
        public void onMissing(int sequence) {
            told.add(-1L);
        }

        @Override
        public void onEnd() {
            told.add(-2L);
        }
    }

    @Test
    void whatIsWrittenIsRead() {
        SeededRandom random = new SeededRandom(3);
        for (int round = 0; round < 2000; round++) {
            ByteBuffer b = ByteBuffer.allocate(2048);
            TransportFeedback.Writer writer = new TransportFeedback.Writer();
            long time = 64_000L * random.below(1 << 20) + random.below(64_000);
            writer.begin(time);
            List<Long> expected = new ArrayList<>();
            int count = 1 + random.below(200);
            int losses = random.below(4);
            for (int i = 0; i < count; i++) {
                if (i > 0 && random.below(10) < losses) {
                    assertThat(writer.missing()).isTrue();
                    expected.add(-1L);
                } else {
                    assertThat(writer.arrived(time)).isTrue();
                    expected.add(time / 250 * 250);
                    time += random.below(8) == 0 ? random.below(200_000) - 20_000 : random.below(3000);
                }
            }
            expected.add(-2L);
            int length = writer.write(b, 8, 1, 2, 65_530);
            assertThat(length % 4).isZero();
            assertThat(4 + 4 * (b.getShort(10) & 0xffff)).isEqualTo(length);
            Collected collected = new Collected();
            assertThat(TransportFeedback.read(b, 8, length, collected)).isTrue();
            assertThat(collected.told).isEqualTo(expected);
            assertThat(collected.first).isEqualTo(65_530);
        }
    }

    @Test
    void anExampleOfTheDraftIsRead() {
        // 3 packets from 1 on: the first after 25 ms, the second missing, the third 1 s later
        byte[] bytes = {(byte) 0x8f, (byte) 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 3, 0, 0, 2, 7, (byte) 0xd2, 0, 100, 0x0f,
                (byte) 0xa0,
                0, 0, 0};
        Collected collected = new Collected();
        assertThat(TransportFeedback.read(ByteBuffer.wrap(bytes), 0, bytes.length, collected)).isTrue();
        assertThat(collected.told).containsExactly(128_000L + 25_000, -1L, 128_000L + 25_000 + 1_000_000, -2L);
    }

    @Test
    void whatIsCutOffOrLiesIsRefused() {
        ByteBuffer b = ByteBuffer.allocate(2048);
        TransportFeedback.Writer writer = new TransportFeedback.Writer();
        writer.begin(0);
        for (int i = 0; i < 100; i++) {
            writer.arrived(i * 3000L);
        }
        int length = writer.write(b, 0, 1, 2, 1);
        byte[] whole = Arrays.copyOf(b.array(), length);
        for (int cut = 0; cut < length - 4; cut++) {
            assertThat(TransportFeedback.read(ByteBuffer.wrap(whole), 0, cut, new Collected())).as("of " + length + ": " + cut).isFalse();
        }
        SeededRandom random = new SeededRandom(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = whole.clone();
            for (int n = 0; n < 3; n++) {
                mutated[random.below(length)] = (byte) random.below(256);
            }
            TransportFeedback.read(ByteBuffer.wrap(mutated), 0, length, new Collected());
        }
    }
}
