package dev.isthmus.gateway.rate;

/**
 * Whether a queue on the way grows: the slope of the one-way delay over the last groups of packets, against a threshold that adapts
 * (draft-ietf-rmcat-gcc-02, sections 5.2 to 5.4, with a line fitted in place of the Kalman filter). Times in milliseconds.
 */
final class DelayTrend {
    /** What the slope says. */
    enum Signal {
        NORMAL,
        OVERUSE,
        UNDERUSE
    }

    private static final int WINDOW = 20;
    private static final double SMOOTHING = 0.9;
    private static final double GAIN = 4.0;
    private static final int MOST_DELTAS = 60;
    private static final double FIRST_THRESHOLD = 12.5;
    private static final double RISE = 0.0087;
    private static final double FALL = 0.039;
    private static final double LEAST_THRESHOLD = 6;
    private static final double MOST_THRESHOLD = 600;
    private static final double OUTLIER = 15;
    private static final double OVERUSE_MILLIS = 10;
    private static final double LONGEST_STEP = 100;

    private final double[] times = new double[WINDOW];
    private final double[] delays = new double[WINDOW];
    private int filled;
    private int next;
    private int deltas;
    private double accumulated;
    private double smoothed;
    private double firstArrival = -1;
    private double previousTrend;
    private double threshold = FIRST_THRESHOLD;
    private double lastUpdate = -1;
    private double overusing = -1;
    private Signal signal = Signal.NORMAL;

    /**
     * Takes in how much later one group arrived after another than it was sent.
     *
     * @param arrival of the later group
     */
    void onGroup(double sendDelta, double arrivalDelta, double arrival) {
        if (firstArrival < 0) {
            firstArrival = arrival;
        }
        deltas = Math.min(deltas + 1, MOST_DELTAS);
        accumulated += arrivalDelta - sendDelta;
        smoothed = SMOOTHING * smoothed + (1 - SMOOTHING) * accumulated;
        times[next] = arrival - firstArrival;
        delays[next] = smoothed;
        next = (next + 1) % WINDOW;
        filled = Math.min(filled + 1, WINDOW);
        double trend = filled == WINDOW ? slope() : 0;
        detect(trend, sendDelta, arrival);
    }

    /** The slope of the line that lies nearest to the points. */
    private double slope() {
        double meanTime = 0;
        double meanDelay = 0;
        for (int i = 0; i < WINDOW; i++) {
            meanTime += times[i] / WINDOW;
            meanDelay += delays[i] / WINDOW;
        }
        double above = 0;
        double below = 0;
        for (int i = 0; i < WINDOW; i++) {
            above += (times[i] - meanTime) * (delays[i] - meanDelay);
            below += (times[i] - meanTime) * (times[i] - meanTime);
        }
        return below == 0 ? 0 : above / below;
    }

    private void detect(double trend, double sendDelta, double arrival) {
        double modified = deltas * trend * GAIN;
        if (modified > threshold) {
            overusing = overusing < 0 ? sendDelta / 2 : overusing + sendDelta;
            if (overusing > OVERUSE_MILLIS && trend >= previousTrend) {
                overusing = 0;
                signal = Signal.OVERUSE;
            }
        } else {
            overusing = -1;
            signal = modified < -threshold ? Signal.UNDERUSE : Signal.NORMAL;
        }
        previousTrend = trend;
        adapt(modified, arrival);
    }

    private void adapt(double modified, double arrival) {
        double size = Math.abs(modified);
        double passed = lastUpdate < 0 ? 0 : Math.min(arrival - lastUpdate, LONGEST_STEP);
        lastUpdate = arrival;
        if (size <= threshold + OUTLIER) {
            double speed = size < threshold ? FALL : RISE;
            threshold = Math.clamp(threshold + speed * (size - threshold) * passed, LEAST_THRESHOLD, MOST_THRESHOLD);
        }
    }

    Signal signal() {
        return signal;
    }
}
