package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.ReceptionStats;
import java.nio.charset.StandardCharsets;

/** A source of the peer, and the media description that it belongs to. */
final class IncomingStream {
    final int ssrc;
    final ReceptionStats stats;
    MediaPlan.Line line;
    /** The mid of that as packets carry it. */
    byte[] mid = {};
    long lastKeyframeRequestNanos = Long.MIN_VALUE / 2;

    void belongsTo(MediaPlan.Line another) {
        line = another;
        mid = another.mid().getBytes(StandardCharsets.US_ASCII);
    }

    IncomingStream(int ssrc, MediaPlan.Line line, int clockRate) {
        this.ssrc = ssrc;
        this.line = line;
        belongsTo(line);
        this.stats = new ReceptionStats(clockRate);
    }
}
