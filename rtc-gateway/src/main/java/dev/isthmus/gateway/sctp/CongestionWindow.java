package dev.isthmus.gateway.sctp;

/** How much may be on its way at once (RFC 9260, section 7.2). */
final class CongestionWindow {
    private static final int MOST_FIRST = 4404;
    private static final int LEAST_PACKETS = 4;
    private final int packet;
    private long window;
    private long threshold = Long.MAX_VALUE;
    private long partly;
    /** Which number must be acknowledged before another loss counts, or -1. */
    private long recoversAt = -1;

    CongestionWindow(int packet) {
        this.packet = packet;
        this.window = Math.min(LEAST_PACKETS * packet, Math.max(2 * packet, MOST_FIRST));
    }

    long window() {
        return window;
    }

    boolean recovers() {
        return recoversAt >= 0;
    }

    /** The cumulative number has grown (sections 7.2.1 and 7.2.2). */
    void acknowledged(long cumulative, long bytes, long flightBefore) {
        if (recovers()) {
            recoversAt = cumulative >= recoversAt ? -1 : recoversAt;
            return;
        }
        if (flightBefore < window) {
            return; // it is not the window that limits
        }
        if (window <= threshold) {
            window += Math.min(bytes, packet);
            return;
        }
        partly += bytes;
        if (partly >= window) {
            partly -= window;
            window += packet;
        }
    }

    /** Something was lost, as later data shows (section 7.2.4). */
    void lost(long highest) {
        if (!recovers()) {
            threshold = Math.max(window / 2, LEAST_PACKETS * packet);
            window = threshold;
            partly = 0;
            recoversAt = highest;
        }
    }

    /** Nothing was acknowledged in time (section 7.2.3). */
    void expired() {
        threshold = Math.max(window / 2, LEAST_PACKETS * packet);
        window = packet;
        partly = 0;
        recoversAt = -1;
    }

    /** Nothing was sent for a while: what was known of the way is old (section 7.2.1). */
    void idle() {
        window = Math.max(window / 2, LEAST_PACKETS * packet);
    }
}
