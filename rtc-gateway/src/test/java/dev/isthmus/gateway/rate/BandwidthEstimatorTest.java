package dev.isthmus.gateway.rate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.rate.SimulatedLink.Sample;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** The estimate against a link whose capacity is known, in virtual time: the source follows it with 25 pictures a second, paced. */
class BandwidthEstimatorTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long ONE_WAY = 25 * MILLI;
    private static final int PACKET = 1200;

    private record Flying(long sent, long arrival, int size) {}

    /** Runs for so long and returns what was seen every 100 ms. */
    private static List<Sample> run(double seconds, long queueNanos, LongUnaryOperator capacityAt) {
        BandwidthEstimator estimator = new BandwidthEstimator();
        SimulatedLink link = new SimulatedLink(capacityAt.applyAsLong(0), ONE_WAY, queueNanos);
        Deque<Flying> flying = new ArrayDeque<>();
        Deque<List<Flying>> reports = new ArrayDeque<>();
        Deque<Long> reportTimes = new ArrayDeque<>();
        List<Sample> samples = new ArrayList<>();
        double backlog = 0;
        double budget = 0;
        for (long now = 0; now < seconds * SECOND; now += MILLI) {
            link.capacity(capacityAt.applyAsLong(now));
            if (now % (40 * MILLI) == 0) {
                backlog += estimator.bitsPerSecond() / 8.0 / 25;
            }
            budget = Math.min(budget + estimator.bitsPerSecond() * 2.5 / 8 / 1000, 2.0 * PACKET);
            while (backlog >= PACKET && budget >= PACKET) {
                backlog -= PACKET;
                budget -= PACKET;
                flying.add(new Flying(now, link.send(PACKET, now), PACKET));
            }
            if (now % (50 * MILLI) == 0) {
                List<Flying> told = new ArrayList<>();
                while (!flying.isEmpty() && flying.peek().arrival() <= now) {
                    told.add(flying.poll());
                }
                reports.add(told);
                reportTimes.add(now + ONE_WAY);
            }
            while (!reportTimes.isEmpty() && reportTimes.peek() <= now) {
                reportTimes.poll();
                for (Flying each : reports.poll()) {
                    if (each.arrival() < 0) {
                        estimator.onLoss();
                    } else {
                        estimator.onArrival(each.sent() / 1000, each.arrival() / 1000, each.size());
                    }
                }
                estimator.onEnd(now);
            }
            if (now % (100 * MILLI) == 0) {
                samples.add(new Sample(now / 1e9, estimator.bitsPerSecond(), link.longestQueueMillis()));
            }
        }
        return samples;
    }

    private static double mean(List<Sample> of) {
        return of.stream().mapToLong(Sample::estimate).average().orElseThrow();
    }

    @Test
    void withinTenSecondsItIsNearTheCapacityAndStaysThere() {
        List<Sample> seen = run(40, SECOND, now -> 2_000_000);
        assertThat(seen.stream().filter(s -> s.estimate() >= 1_600_000).findFirst().orElseThrow().seconds()).isLessThan(10);
        List<Sample> later = Sample.between(seen, 10, 40);
        assertThat(mean(later)).isBetween(1_600_000.0, 2_000_000.0);
        assertThat(later).allMatch(s -> s.queueMillis() < 150);
    }

    @Test
    void aDropIsFollowedWithinASecond() {
        List<Sample> seen = run(40, SECOND, now -> now < 20 * SECOND ? 2_000_000 : 500_000);
        assertThat(Sample.between(seen, 21, 22)).allMatch(s -> s.estimate() <= 525_000);
        List<Sample> later = Sample.between(seen, 22.5, 40);
        assertThat(mean(later)).isBetween(380_000.0, 510_000.0);
        assertThat(later).allMatch(s -> s.queueMillis() < 150);
    }
}
