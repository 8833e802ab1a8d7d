package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.ReceptionStats;
import org.jspecify.annotations.Nullable;

/** A source of the peer, and the media description that it belongs to. */
final class IncomingStream {
    final int ssrc;
    final ReceptionStats stats;
    ActiveLine line;
    /** Whether it repeats what another one has sent. */
    final boolean repairs;
    /** What is missing of it, where the peer repeats what is missing. */
    final @Nullable NackList missing;
    /** The stream that it repairs, as soon as that is known. */
    @Nullable
    IncomingStream repaired;
    long lastKeyframeRequestNanos = Long.MIN_VALUE / 2;
    int fullIntraRequests;
    /** When its last packet came, or the last report of it. */
    long heardNanos;

    IncomingStream(int ssrc, ActiveLine line, int clockRate, boolean repairs) {
        this.ssrc = ssrc;
        this.line = line;
        this.repairs = repairs;
        this.stats = new ReceptionStats(clockRate);
        this.missing = line.nack && !repairs ? new NackList() : null;
    }
}
