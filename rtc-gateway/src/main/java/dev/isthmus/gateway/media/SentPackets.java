package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rate.BandwidthEstimator;
import dev.isthmus.gateway.rtp.SequenceNumbers;
import dev.isthmus.gateway.rtp.TransportFeedback;

/** The packets of a transport by their numbers: when each was sent and how long it was, until the peer has told of it. */
final class SentPackets implements TransportFeedback.Visitor {
    private static final int KEPT = 4096;
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final long LATEST = 1L << 24;
    private final long[] sent = new long[KEPT];
    private final int[] sizes = new int[KEPT];
    private final BandwidthEstimator estimator;
    private long next = 0x10000L;
    private long lastMicros;
    private long rounds;
    private boolean toldBefore;
    private long now;

    SentPackets(BandwidthEstimator estimator) {
        this.estimator = estimator;
    }

    /** Numbers a packet that is sent now. */
    int next(int size, long nowNanos) {
        int place = (int) (next % KEPT);
        sent[place] = nowNanos / 1000;
        sizes[place] = size;
        return (int) next++ & 0xffff;
    }

    /** The feedback that is read next came then. */
    void at(long nowNanos) {
        now = nowNanos;
    }

    private int place(int sequence) {
        long extended = SequenceNumbers.extend(next - 1, sequence);
        boolean kept = extended < next && extended >= next - KEPT && extended >= 0x10000L && sent[(int) (extended % KEPT)] != UNKNOWN;
        return kept ? (int) (extended % KEPT) : -1;
    }

    @Override
    public void onArrival(int sequence, long micros) {
        int place = place(sequence);
        if (place >= 0) {
            estimator.onArrival(sent[place], unbroken(micros), sizes[place]);
            sent[place] = UNKNOWN;
        }
    }

    /** The reference time has 24 bits of 64 ms. */
    private long unbroken(long micros) {
        long round = LATEST * 64_000;
        if (toldBefore && micros - lastMicros < -round / 2) {
            rounds += round;
        } else if (toldBefore && micros - lastMicros > round / 2) {
            rounds -= round;
        }
        toldBefore = true;
        lastMicros = micros;
        return micros + rounds;
    }

    @Override
    public void onMissing(int sequence) {
        int place = place(sequence);
        if (place >= 0) {
            estimator.onLoss();
            sent[place] = UNKNOWN;
        }
    }

    @Override
    public void onEnd() {
        estimator.onEnd(now);
    }
}
