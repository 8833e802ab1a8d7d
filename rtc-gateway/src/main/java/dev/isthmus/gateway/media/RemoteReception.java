package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.Rtcp;

/** What the peer's reports say of a stream of ours. */
final class RemoteReception {
    private static final double FRACTIONS = 256;
    private Rtcp.ReportBlock last;
    private long lastNanos;
    private long roundTrip = -1;
    private long totalRoundTrip;
    private long measurements;

    RemoteReception(Rtcp.ReportBlock first) {
        this.last = first;
    }

    void onBlock(Rtcp.ReportBlock block, long nowNanos) {
        last = block;
        lastNanos = nowNanos;
    }

    void onRoundTrip(long nanos) {
        roundTrip = nanos;
        totalRoundTrip += nanos;
        measurements++;
    }

    /** Returns it all, for a stream that has begun with that number. */
    MediaReport.RemoteReceiver report(int firstSequence, int clockRate) {
        long expected = Integer.toUnsignedLong(last.highest()) - firstSequence + 1;
        return new MediaReport.RemoteReceiver(Math.max(0, expected - last.lost()), last.lost(), (double) last.jitter() / clockRate,
                last.fractionLost() / FRACTIONS, roundTrip, totalRoundTrip, measurements, lastNanos);
    }
}
