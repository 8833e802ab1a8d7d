package dev.isthmus.gateway.media;

import java.util.List;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.rtp.NtpClock;
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
    private long packets;
    private long bytes;
    private long headerBytes;
    private long lastPacketNanos;
    private @Nullable RtpFormat format;
    private final @Nullable FrameCount frames;
    private final @Nullable SoundMeter sound;
    long nacks;
    long keyFrameRequests;
    private MediaReport.@Nullable RemoteSender sender;
    private MediaReport.@Nullable Incoming before;
    private MediaReport.Amount formerRepairs = new MediaReport.Amount(0, 0, 0);

    IncomingStream(int ssrc, ActiveLine line, int clockRate, boolean repairs) {
        this.ssrc = ssrc;
        this.line = line;
        this.repairs = repairs;
        this.stats = new ReceptionStats(clockRate);
        this.missing = line.nack && !repairs ? new NackList() : null;
        boolean video = line.in().isVideo();
        this.frames = video && !repairs ? new FrameCount() : null;
        this.sound = video ? null : new SoundMeter();
    }

    /** A packet of it has come. */
    void onPacket(RtpPacket packet, int length, long nowNanos) {
        packets++;
        bytes += packet.payloadLength();
        headerBytes += length - packet.payloadLength();
        lastPacketNanos = nowNanos;
        format = packet.format();
        stats.clockRate(packet.format().clockRate());
        stats.onPacket(ssrc, packet.sequence(), packet.timestamp(), nowNanos);
        FrameCount pictures = frames;
        if (pictures != null && packet.payloadLength() == 0) {
            pictures.onPacket(packet.sequence(), false, nowNanos); // no picture's, and yet it has a number
        }
    }

    /** A packet is handed on that has come, be it by a stream of repairs. */
    void onDelivery(RtpPacket packet) {
        FrameCount pictures = frames;
        SoundMeter meter = sound;
        if (pictures != null) {
            pictures.onPacket(packet.sequence(), packet.marker(), packet.arrivedNanos());
        } else if (meter != null) {
            meter.onPacket(packet);
        }
    }

    void onSenderReport(Rtcp.SenderInfo info, long nowNanos) {
        heardNanos = nowNanos;
        stats.onSenderReport(ssrc, NtpClock.middle(info.ntp()), nowNanos);
        MediaReport.RemoteSender before = sender;
        sender = new MediaReport.RemoteSender(info.packets(), info.bytes(), NtpClock.wallMillis(info.ntp()),
                before == null ? 1 : before.reports() + 1, nowNanos);
    }

    private MediaReport.Amount amount() {
        return new MediaReport.Amount(packets, bytes, headerBytes);
    }

    /** It was over for a while: what was counted before counts too. */
    void goOnFrom(MediaReport.@Nullable Incoming former) {
        before = former;
    }

    /** A stream that has repaired this one is over. */
    void keepRepairs(IncomingStream gone) {
        formerRepairs = formerRepairs.plus(gone.amount());
    }

    /** Returns what was counted, with what these streams have repaired; null before anything has come. */
    MediaReport.@Nullable Incoming report(List<IncomingStream> repairing) {
        RtpFormat last = format;
        if (last == null) {
            return null;
        }
        MediaReport.Amount repeated = formerRepairs;
        for (IncomingStream each : repairing) {
            repeated = repeated.plus(each.amount());
        }
        FrameCount pictures = frames;
        SoundMeter meter = sound;
        MediaReport.Incoming now = new MediaReport.Incoming(line.in(), line.plan.mid(), ssrc, last, amount().plus(repeated), repeated,
                stats.lost(),
                (double) stats.jitter() / last.clockRate(), pictures == null ? 0 : pictures.whole(),
                pictures == null ? 0 : pictures.broken(),
                nacks, keyFrameRequests, meter == null ? Double.NaN : meter.energy(), meter == null ? 0 : meter.seconds(), lastPacketNanos,
                sender);
        return before == null ? now : now.after(before);
    }
}
