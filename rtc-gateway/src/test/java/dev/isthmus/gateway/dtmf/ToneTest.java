package dev.isthmus.gateway.dtmf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tones as RFC 4733, section 2.5 wants them, in virtual time. */
class ToneTest {
    private record Packet(long millis, int event, boolean end, int duration, boolean marker, int ticks) {}

    private static List<Packet> play(Tone tone) {
        List<Packet> packets = new ArrayList<>();
        for (long next = tone.nextDeadline(); next != Deadline.NONE; next = tone.nextDeadline()) {
            assertThat(tone.poll(next - 1)).as("never early").isFalse();
            assertThat(tone.poll(next)).isTrue();
            int payload = tone.payload();
            packets.add(new Packet(TimeUnit.NANOSECONDS.toMillis(next), payload >>> 24, (payload >>> 23 & 1) == 1, payload & 0xffff,
                    tone.marker(), tone.ticks()));
        }
        return packets;
    }

    @Test
    void aPacketEveryTwentyMillisecondsAndTheLastThreeTimes() {
        List<Packet> packets = play(new Tone(Tone.event('#'), 8000, TimeUnit.MILLISECONDS.toNanos(100), 0));
        assertThat(packets).extracting(Packet::millis).containsExactly(20L, 40L, 60L, 80L, 100L, 120L, 140L);
        assertThat(packets).extracting(Packet::duration).containsExactly(160, 320, 480, 640, 800, 800, 800);
        assertThat(packets).extracting(Packet::end).containsExactly(false, false, false, false, true, true, true);
        assertThat(packets).extracting(Packet::marker).containsExactly(true, false, false, false, false, false, false);
        assertThat(packets).allMatch(p -> p.event() == 11 && p.ticks() == 0);
    }

    @Test
    void aLongToneGoesOnInAnotherSegment() {
        List<Packet> packets = play(new Tone(Tone.event('D'), 48000, TimeUnit.MILLISECONDS.toNanos(6000), 0));
        assertThat(packets).extracting(Packet::ticks).contains(0, 0xffff, 2 * 0xffff, 3 * 0xffff, 4 * 0xffff);
        Packet last = packets.get(packets.size() - 1);
        assertThat(last.ticks() + last.duration()).isEqualTo(6 * 48000);
        assertThat(packets).allMatch(p -> p.event() == 15);
    }

    @Test
    void nothingElseIsATone() {
        assertThat(Tone.event('E')).isNegative();
        assertThat(Tone.event(',')).isNegative();
        assertThat(Tone.event('*')).isEqualTo(10);
    }
}
