package dev.isthmus.gateway.media;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.ice.count.Counters;
import java.util.List;

/** What crossed the gateway's edge in one direction, on one leg of a call. Written on the leg's loop. */
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

    /** Returns a copy of several legs together. */
    public static LegStats sum(List<LegStats> of) {
        LegStats sum = new LegStats();
        for (LegStats each : of) {
            if (each.packets > 0) {
                sum.firstNanos = sum.packets == 0 ? each.firstNanos : Math.min(sum.firstNanos, each.firstNanos);
                sum.lastNanos = sum.packets == 0 ? each.lastNanos : Math.max(sum.lastNanos, each.lastNanos);
            }
            sum.lastAudioNanos = latest(sum.audioPackets, sum.lastAudioNanos, each.audioPackets, each.lastAudioNanos);
            sum.lastVideoNanos = latest(sum.videoPackets, sum.lastVideoNanos, each.videoPackets, each.lastVideoNanos);
            sum.packets += each.packets;
            sum.bytes += each.bytes;
            sum.audioPackets += each.audioPackets;
            sum.videoPackets += each.videoPackets;
            each.drops.reasons().forEach(reason -> sum.drops.add(reason, each.drops.get(reason)));
        }
        return sum;
    }

    private static long latest(long packets, long nanos, long otherPackets, long otherNanos) {
        return otherPackets == 0 ? nanos : packets == 0 ? otherNanos : Math.max(nanos, otherNanos);
    }

    /** A packet has passed. */
    public void packet(boolean video, int length, long nowNanos) {
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

    /** A packet was dropped. */
    public void drop(GatewayReason reason) {
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
    public long lastNanos(boolean video) {
        return video ? lastVideoNanos : lastAudioNanos;
    }

    /** Returns what was dropped, by reason. */
    public Counters<GatewayReason> drops() {
        return drops;
    }
}
