package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rate.BandwidthEstimator;
import dev.isthmus.gateway.rtp.TransportFeedback;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How much a transport may send: by the peer's feedback about each packet, by the limit that it names, or without any limit when it says neither. */
final class SendRate {
    private final BandwidthEstimator estimator = new BandwidthEstimator();
    private @Nullable SentPackets packets;
    /** What the peer says again and again, and what its description says. */
    private long limit = Long.MAX_VALUE;
    private long negotiated = Long.MAX_VALUE;

    /** Numbers a packet that is sent now. */
    int number(int size, long nowNanos) {
        SentPackets sent = packets;
        if (sent == null) {
            sent = new SentPackets(estimator);
            packets = sent;
        }
        return sent.next(size, nowNanos);
    }

    boolean onFeedback(ByteBuffer b, int at, int length, long nowNanos) {
        SentPackets sent = packets;
        if (sent == null) {
            return true; // about packets that we have not numbered
        }
        sent.at(nowNanos);
        return TransportFeedback.read(b, at, length, sent);
    }

    void onLimit(long bitsPerSecond) {
        limit = Math.max(BandwidthEstimator.LEAST, bitsPerSecond);
        estimator.onLimit(Math.min(limit, negotiated));
    }

    /** Takes the limit of the peer's description, or 0 when there is none. */
    void negotiated(long bitsPerSecond) {
        negotiated = bitsPerSecond == 0 ? Long.MAX_VALUE : Math.max(BandwidthEstimator.LEAST, bitsPerSecond);
        estimator.onLimit(Math.min(limit, negotiated));
    }

    void onRoundTrip(long nanos) {
        estimator.onRoundTrip(nanos);
    }

    /** Returns the estimate in bit/s, or 0 when nobody knows. */
    long bitsPerSecond() {
        if (packets != null) {
            return estimator.bitsPerSecond();
        }
        long most = Math.min(limit, negotiated);
        return most == Long.MAX_VALUE ? 0 : most;
    }
}
