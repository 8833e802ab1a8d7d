package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rate.BandwidthEstimator;
import java.util.concurrent.TimeUnit;

/**
 * How much the way from the peer carries, where the peer says when it sent each packet and leaves it to us to find out: what we then tell it as a
 * limit (draft-alvestrand-rmcat-remb-03).
 */
final class ReceiveRate {
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int FRACTION = 18;
    private static final double FALLEN = 0.97;
    private final BandwidthEstimator estimator = new BandwidthEstimator();
    private long sentUnits;
    private boolean began;
    private long nextUpdate;
    private long told = Long.MAX_VALUE;
    private int ssrc;

    /**
     * Takes in that a packet has come.
     *
     * @param sendTime seconds in 24 bits, 18 of them behind the point
     * @return whether the limit has fallen so far that the peer is to be told at once
     */
    boolean onPacket(int sendTime, int of, int size, long nowNanos) {
        int step = sendTime - (int) sentUnits << 8 >> 8; // the shortest way round
        sentUnits = began ? sentUnits + step : sendTime;
        began = true;
        ssrc = of;
        estimator.onArrival(sentUnits * 1_000_000L >> FRACTION, nowNanos / 1000, size);
        if (nowNanos - nextUpdate < 0) {
            return false;
        }
        nextUpdate = nowNanos + INTERVAL;
        estimator.onEnd(nowNanos);
        return told != Long.MAX_VALUE && estimator.bitsPerSecond() < told * FALLEN;
    }

    boolean isKnown() {
        return began;
    }

    int ssrc() {
        return ssrc;
    }

    /** Returns the limit in bit/s; it is told now. */
    long tell() {
        told = estimator.bitsPerSecond();
        return told;
    }
}
