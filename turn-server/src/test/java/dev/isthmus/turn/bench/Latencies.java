package dev.isthmus.turn.bench;

import java.util.Arrays;

/**
 * How long packets were under way. Besides the percentiles over everything it knows those of an undisturbed stretch: on a shared machine the
 * hypervisor takes a processor away for milliseconds, some ten times a second, and what queues up meanwhile is more than one packet in a
 * hundred. The median over stretches of 20 ms leaves that out, for every server alike.
 */
final class Latencies {
    private static final int LONGEST_MICROS = 100_000;
    private static final long STRETCH = 20_000_000;
    private static final int MOST_STRETCHES = 500;
    private final int[] histogram = new int[LONGEST_MICROS + 1];
    private final int[] samples;
    private final int[] ends = new int[MOST_STRETCHES];
    private int stretches;
    private int count;
    private long stretchEnd;
    private long all;

    Latencies(int samples) {
        this.samples = new int[samples];
    }

    void add(long now, long nanos) {
        int micros = (int) Math.clamp(nanos / 1000, 0, LONGEST_MICROS);
        histogram[micros]++;
        all++;
        if (now >= stretchEnd) {
            stretchEnd = now + STRETCH;
            if (count > 0 && stretches < MOST_STRETCHES) {
                ends[stretches++] = count;
            }
        }
        if (count < samples.length && stretches < MOST_STRETCHES) {
            samples[count++] = micros;
        }
    }

    /** Returns the percentile over all, in microseconds. */
    int percentile(double part) {
        long wanted = (long) (all * part);
        long seen = 0;
        for (int micros = 0; micros < histogram.length; micros++) {
            seen += histogram[micros];
            if (seen > wanted) {
                return micros;
            }
        }
        return LONGEST_MICROS;
    }

    /** Returns the median, over the stretches, of each stretch's percentile, in microseconds. */
    int undisturbed(double part) {
        int[] each = new int[stretches];
        int from = 0;
        for (int i = 0; i < stretches; i++) {
            int[] stretch = Arrays.copyOfRange(samples, from, ends[i]);
            Arrays.sort(stretch);
            each[i] = stretch.length == 0 ? 0 : stretch[(int) (stretch.length * part)];
            from = ends[i];
        }
        Arrays.sort(each);
        return stretches == 0 ? 0 : each[stretches / 2];
    }
}
