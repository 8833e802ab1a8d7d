package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.ReceptionStats;

/** A source of the peer, and the media description that it belongs to. */
final class IncomingStream {
    final int ssrc;
    final ReceptionStats stats;
    MediaPlan.Line line;
    /** Whether something else than its payload type has said where it belongs. */
    boolean named;
    long lastKeyframeRequestNanos = Long.MIN_VALUE / 2;

    IncomingStream(int ssrc, MediaPlan.Line line, int clockRate) {
        this.ssrc = ssrc;
        this.line = line;
        this.stats = new ReceptionStats(clockRate);
    }
}
