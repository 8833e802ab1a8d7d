package dev.isthmus.gateway.rate;

/** What losses allow (draft-ietf-rmcat-gcc-02, section 6): beyond a tenth lost the limit falls by half of that, below a fiftieth it grows. */
final class LossLimit {
    private static final double MANY = 0.1;
    private static final double FEW = 0.02;
    private static final double GROWTH_A_SECOND = 1.08;
    private static final int LEAST_PACKETS = 20;
    private static final long LEAST_INTERVAL = 200_000_000L;
    private int lost;
    private int arrived;
    private long sinceNanos;
    private boolean began;
    private double limit = Double.MAX_VALUE;

    void onPacket(boolean received) {
        if (received) {
            arrived++;
        } else {
            lost++;
        }
    }

    /**
     * Returns the limit in bit/s after what was told.
     *
     * @param estimate what the delay allows
     */
    double update(double estimate, long nowNanos) {
        if (!began) {
            began = true;
            sinceNanos = nowNanos;
        }
        if (lost + arrived < LEAST_PACKETS || nowNanos - sinceNanos < LEAST_INTERVAL) {
            return limit;
        }
        double fraction = (double) lost / (lost + arrived);
        double seconds = (nowNanos - sinceNanos) / 1e9;
        if (fraction > MANY) {
            limit = Math.min(limit, estimate) * (1 - 0.5 * fraction);
        } else if (fraction < FEW && limit < Double.MAX_VALUE) {
            limit = limit * Math.pow(GROWTH_A_SECOND, Math.min(1, seconds)) + 1000;
            limit = limit > 2 * estimate ? Double.MAX_VALUE : limit;
        }
        lost = 0;
        arrived = 0;
        sinceNanos = nowNanos;
        return limit;
    }
}
