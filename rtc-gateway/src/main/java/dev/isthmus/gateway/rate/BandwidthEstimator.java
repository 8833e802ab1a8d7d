package dev.isthmus.gateway.rate;

import java.util.concurrent.TimeUnit;

/**
 * How much the way to the peer carries, in bit/s, from when packets were sent and when they arrived (draft-ietf-rmcat-gcc-02). It falls when the
 * delay begins to grow or packets are lost, and rises as long as neither happens: fast in the beginning, then slowly near the rate at which it had
 * to fall, and by 8 % a second elsewhere.
 */
public final class BandwidthEstimator {
    /** What is believed before anything was measured, in bit/s. */
    public static final long FIRST = 300_000;
    /** What is sent in any case, in bit/s: with less no picture ever gets through. */
    public static final long LEAST = 50_000;
    private static final long MOST = 100_000_000;
    private static final long BURST_MICROS = 5_000;
    private static final double BACK_OFF = 0.85;
    private static final double GROWTH_A_SECOND = 1.08;
    private static final double FIRST_GROWTH_A_SECOND = 1.8;
    private static final double PACKET_BITS = 1200 * 8;
    private static final double HEAD_START = 10_000;
    private static final long LEAST_BETWEEN_DECREASES = TimeUnit.MILLISECONDS.toNanos(100);
    /** A queue as long as this is not added to, and one as long as that is emptied. */
    private static final long SHORT_QUEUE_MICROS = 60_000;
    private static final long LONG_QUEUE_MICROS = 120_000;
    private static final double EMPTYING = 0.6;
    private static final long USUAL_ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(100);

    private final DelayTrend trend = new DelayTrend();
    private final Throughput throughput = new Throughput();
    private final LossLimit losses = new LossLimit();
    private final Capacity capacity = new Capacity();
    private final StandingQueue queue = new StandingQueue();
    private double byDelay = FIRST;
    private double byLoss = Double.MAX_VALUE;
    private long limit = Long.MAX_VALUE;
    private long roundTrip = USUAL_ROUND_TRIP;
    private double afterEmptying;
    private boolean everFell;
    private boolean rising = true;
    private long lastUpdate;
    private boolean updated;
    private long lastFall = Long.MIN_VALUE / 2;
    private boolean any;
    private Group present = new Group();
    private Group before = new Group();
    private boolean hasBefore;

    /** Packets that were sent as one burst. */
    private static final class Group {
        private boolean used;
        private long firstSent;
        private long lastSent;
        private long lastArrival;

        void begin(long sent, long arrival) {
            used = true;
            firstSent = sent;
            lastSent = sent;
            lastArrival = arrival;
        }

        void add(long sent, long arrival) {
            lastSent = Math.max(lastSent, sent);
            lastArrival = Math.max(lastArrival, arrival);
        }

        boolean takes(long sent, long arrival) {
            boolean soon = sent - firstSent <= BURST_MICROS;
            boolean together = arrival - lastArrival <= BURST_MICROS && arrival - lastArrival < sent - lastSent;
            return soon || together && arrival - lastArrival >= 0;
        }
    }

    /** Takes the round trip in nanoseconds. */
    public void onRoundTrip(long nanos) {
        roundTrip = Math.clamp(nanos, TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(1));
    }

    /**
     * Takes in that a packet has arrived; packets in the order in which they were sent, then {@link #onEnd}.
     *
     * @param sentMicros when it was sent, by our clock
     * @param arrivalMicros when it arrived, by the peer's clock, from whatever moment
     * @param size in bytes
     */
    public void onArrival(long sentMicros, long arrivalMicros, int size) {
        losses.onPacket(true);
        throughput.onArrival(arrivalMicros, size);
        queue.onDelay(arrivalMicros - sentMicros, sentMicros);
        any = true;
        if (!present.used) {
            present.begin(sentMicros, arrivalMicros);
        } else if (sentMicros < present.firstSent) {
            return; // it was overtaken
        } else if (present.takes(sentMicros, arrivalMicros)) {
            present.add(sentMicros, arrivalMicros);
        } else {
            closeGroup();
            present.begin(sentMicros, arrivalMicros);
        }
    }

    private void closeGroup() {
        if (hasBefore) {
            trend.onGroup((present.lastSent - before.lastSent) / 1e3, (present.lastArrival - before.lastArrival) / 1e3,
                    present.lastArrival / 1e3);
        }
        Group old = before;
        before = present;
        present = old;
        hasBefore = true;
    }

    /** Takes in that a packet was lost, as far as the peer knows. */
    public void onLoss() {
        losses.onPacket(false);
        any = true;
    }

    /** Takes what the peer wants to receive at most in bit/s (REMB), or {@link Long#MAX_VALUE}. */
    public void onLimit(long bitsPerSecond) {
        limit = Math.max(LEAST, bitsPerSecond);
    }

    /** A report is over: the estimate follows. */
    public void onEnd(long nowNanos) {
        if (!any) {
            return;
        }
        any = false;
        double passed = updated ? Math.min(1, (nowNanos - lastUpdate) / 1e9) : 0;
        updated = true;
        lastUpdate = nowNanos;
        long arriving = throughput.bitsPerSecond();
        switch (trend.signal()) {
            case OVERUSE -> fall(arriving, nowNanos);
            case UNDERUSE -> rising = false; // the queue empties: let it
            case NORMAL -> {
                if (rising && queue.micros() < SHORT_QUEUE_MICROS) {
                    rise(arriving, passed);
                }
                rising = true;
            }
        }
        empty(arriving, nowNanos);
        byLoss = losses.update(byDelay, nowNanos);
        if (byLoss < byDelay) {
            byDelay = Math.max(LEAST, byLoss);
            everFell = true;
        }
    }

    private void fall(long arriving, long nowNanos) {
        boolean far = arriving > 0 && byDelay > 2.0 * arriving;
        if (!far && nowNanos - lastFall < Math.max(LEAST_BETWEEN_DECREASES, roundTrip)) {
            return;
        }
        double target = BACK_OFF * (arriving > 0 ? arriving : byDelay);
        if (target < byDelay) {
            if (arriving > 0) {
                capacity.onFall(arriving);
            }
            byDelay = Math.max(LEAST, target);
            everFell = true;
            lastFall = nowNanos;
        }
        rising = false;
    }

    /** A queue that stands on the way delays everything by its length, also when it does not grow any more. */
    private void empty(long arriving, long nowNanos) {
        if (queue.micros() > LONG_QUEUE_MICROS && arriving > 0 && nowNanos - lastFall >= Math.max(LEAST_BETWEEN_DECREASES, roundTrip)) {
            byDelay = Math.max(LEAST, Math.min(byDelay, EMPTYING * arriving));
            afterEmptying = BACK_OFF * arriving; // what arrives while there is a queue is what the way carries
            capacity.onFall(arriving);
            everFell = true;
            lastFall = nowNanos;
            rising = false;
        } else if (afterEmptying > 0 && queue.micros() < SHORT_QUEUE_MICROS) {
            byDelay = Math.max(byDelay, afterEmptying);
            afterEmptying = 0;
        }
    }

    private void rise(long arriving, double seconds) {
        double next;
        if (capacity.isNear(arriving)) {
            double response = (roundTrip + USUAL_ROUND_TRIP) / 1e9;
            next = byDelay + Math.max(4000, PACKET_BITS / response) * seconds;
        } else {
            capacity.forgetIfAbove(arriving);
            next = byDelay * Math.pow(everFell ? GROWTH_A_SECOND : FIRST_GROWTH_A_SECOND, seconds) + 1000 * seconds;
        }
        double reach = arriving == 0 ? Double.MAX_VALUE : 1.5 * arriving + HEAD_START; // no more than what is tried can be known
        byDelay = Math.max(byDelay, Math.min(Math.min(next, reach), MOST));
    }

    /** Returns how much may be sent, in bit/s. */
    public long bitsPerSecond() {
        return (long) Math.min(limit, Math.min(byDelay, byLoss));
    }

    /** At which rates it had to fall: near them it rises with care. */
    private static final class Capacity {
        private static final double NEWEST = 0.05;
        private double mean;
        private double variance = 0.4;

        void onFall(double bitsPerSecond) {
            double kilo = bitsPerSecond / 1000;
            if (mean == 0 || bitsPerSecond < low() || bitsPerSecond > high()) {
                mean = kilo;
                variance = 0.4;
                return;
            }
            mean = (1 - NEWEST) * mean + NEWEST * kilo;
            double error = mean - kilo;
            variance = Math.clamp((1 - NEWEST) * variance + NEWEST * error * error / Math.max(mean, 1), 0.4, 2.5);
        }

        private double deviation() {
            return Math.sqrt(variance * mean);
        }

        private double low() {
            return (mean - 3 * deviation()) * 1000;
        }

        private double high() {
            return (mean + 3 * deviation()) * 1000;
        }

        boolean isNear(long bitsPerSecond) {
            return mean > 0 && bitsPerSecond > low() && bitsPerSecond < high();
        }

        void forgetIfAbove(long bitsPerSecond) {
            if (mean > 0 && bitsPerSecond > high()) {
                mean = 0;
            }
        }
    }
}
