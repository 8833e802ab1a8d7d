package dev.isthmus.ice.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WheelTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long START = 12_345_678_901L;
    private final Wheel wheel = new Wheel(START);
    private long now = START;

    private void runUntil(long end) {
        while (wheel.nextDeadline() <= end) {
            now = Math.max(now, wheel.nextDeadline());
            wheel.advance(now);
        }
        now = end;
        wheel.advance(now);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void neverEarlyAndAtMostATickLate(long seed) {
        SeededRandom random = new SeededRandom(seed);
        List<String> wrong = new ArrayList<>();
        int[] fired = {0};
        long end = START + TimeUnit.DAYS.toNanos(400);
        for (int i = 0; i < 2000; i++) {
            long ahead = Long.remainderUnsigned(random.nextLong(), 1L << random.below(54)) + 1;
            long deadline = START + ahead;
            if (deadline < end) {
                wheel.file(new Wheel.Entry(t -> {
                    fired[0]++;
                    if (t < deadline || t > deadline + MS) {
                        wrong.add(deadline + " fired at " + t);
                    }
                    return Deadline.NONE;
                }), deadline);
            } else {
                fired[0]++;
            }
        }
        runUntil(end);
        assertThat(wrong).isEmpty();
        assertThat(fired[0]).isEqualTo(2000);
        assertThat(wheel.nextDeadline()).isEqualTo(Deadline.NONE);
    }

    @Test
    void aLaterDeadlineIsFoundWhenTheOldSlotFires() {
        List<Long> fired = new ArrayList<>();
        long[] wanted = {START + 10 * MS};
        Wheel.Entry entry = new Wheel.Entry(t -> {
            fired.add((t - START) / MS);
            return fired.size() < 2 ? wanted[0] : Deadline.NONE;
        });
        wheel.file(entry, START + 10 * MS);
        wanted[0] = START + 50 * MS;
        wheel.file(entry, wanted[0]);
        runUntil(START + 100 * MS);
        assertThat(fired).containsExactly(10L, 50L);
    }

    @Test
    void anEarlierDeadlineMovesTheEntry() {
        List<Long> fired = new ArrayList<>();
        Wheel.Entry entry = new Wheel.Entry(t -> {
            fired.add((t - START) / MS);
            return Deadline.NONE;
        });
        wheel.file(entry, START + 5000 * MS);
        wheel.file(entry, START + 3 * MS);
        runUntil(START + 10_000 * MS);
        assertThat(fired).containsExactly(3L);
    }

    @Test
    void aHandlerMayCancelItsNeighbourInTheSameSlot() {
        List<String> fired = new ArrayList<>();
        Wheel.Entry[] entries = new Wheel.Entry[2];
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            entries[i] = new Wheel.Entry(t -> {
                fired.add("fired");
                wheel.cancel(entries[other]);
                return Deadline.NONE;
            });
        }
        wheel.file(entries[0], START + 7 * MS);
        wheel.file(entries[1], START + 7 * MS);
        runUntil(START + 20 * MS);
        assertThat(fired).hasSize(1);
    }

    @Test
    void wantingNowAgainWaitsForTheNextTick() {
        int[] count = {0};
        Wheel.Entry entry = new Wheel.Entry(t -> {
            count[0]++;
            return t;
        });
        wheel.file(entry, START);
        wheel.advance(START);
        assertThat(count[0]).isEqualTo(1);
        wheel.advance(START + MS);
        assertThat(count[0]).isEqualTo(2);
        wheel.cancel(entry);
        wheel.advance(START + 10 * MS);
        assertThat(count[0]).isEqualTo(2);
    }
}
