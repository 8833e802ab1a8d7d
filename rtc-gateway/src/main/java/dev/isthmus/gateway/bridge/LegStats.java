package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.ice.count.Counters;

/** What crossed the gateway's edge in one direction of a call. Written on the call's loop. */
public final class LegStats {
    private final Counters<GatewayReason> drops = new Counters<>(GatewayReason.class);
    private long packets;
    private long bytes;
    private long audioPackets;
    private long videoPackets;
    private long firstNanos;
    private long lastNanos;
    private long lastAudioNanos;
    private long lastVideoNanos;

    void packet(boolean video, int length, long nowNanos) {
        if (packets++ == 0) {
            firstNanos = nowNanos;
        }
        bytes += length;
        lastNanos = nowNanos;
        if (video) {
            videoPackets++;
            lastVideoNanos = nowNanos;
        } else {
            audioPackets++;
            lastAudioNanos = nowNanos;
        }
    }

    void drop(GatewayReason reason) {
        drops.count(reason);
    }

    /** Returns the media packets that passed. */
    public long packets() {
        return packets;
    }

    /** Returns their bytes, RTP headers included, SRTP tags not. */
    public long bytes() {
        return bytes;
    }

    /** Returns how many of them were audio. */
    public long audioPackets() {
        return audioPackets;
    }

    /** Returns how many of them were video. */
    public long videoPackets() {
        return videoPackets;
    }

    /** Returns when the first one passed; meaningless while there is none. */
    public long firstNanos() {
        return firstNanos;
    }

    /** Returns when the last one passed; meaningless while there is none. */
    public long lastNanos() {
        return lastNanos;
    }

    /** Returns when the last one of a kind passed; meaningless while there is none. */
    long lastNanos(boolean video) {
        return video ? lastVideoNanos : lastAudioNanos;
    }

    /** Returns what was dropped, by reason. */
    public Counters<GatewayReason> drops() {
        return drops;
    }
}
