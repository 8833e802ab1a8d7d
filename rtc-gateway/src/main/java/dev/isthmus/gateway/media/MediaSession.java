package dev.isthmus.gateway.media;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.turn.client.TurnData;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The media of one transport: packets of the peer to receivers, those of senders to the peer, reports about both. On its loop's thread. */
public final class MediaSession {
    /** Where it sends, and on which thread it lives. */
    public interface Output {
        /**
         * Protects and sends a packet; there is room for a tag behind it and for {@link TurnData#HEADROOM} in front.
         *
         * @return false when it was dropped, which is counted
         */
        boolean send(boolean rtcp, ByteBuffer buffer, int offset, int length);

        /** Media of a media description has come for the first time, or again after a silence. */
        void onMedia(String mid);

        /** Returns whether the caller is on the session's thread. */
        boolean isHere();

        /** Runs something on the session's thread. */
        void execute(Runnable task);

        /** Returns the present time, for what no packet and no timer has brought. */
        long nowNanos();
    }

    private static final int ROOM = 2048 + 256;
    private final Output output;
    private final Counters<GatewayReason> counters;
    private final Demultiplexer sources = new Demultiplexer();
    private final RtpPacket packet = new RtpPacket();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(ROOM);
    private final HeaderExtensions.Writer extensions = new HeaderExtensions.Writer();
    private final ReportSession reports;
    private final LegStats received = new LegStats();
    private final LegStats sent = new LegStats();
    private MediaPlan plan = MediaPlan.NONE;

    /** Creates a session that sends and receives nothing yet. */
    public MediaSession(Output output, Counters<GatewayReason> counters, NtpClock clock, String cname, long nowNanos) {
        this.output = output;
        this.counters = counters;
        this.reports = new ReportSession(this, clock, cname, nowNanos);
    }

    /** Returns what has come from the peer. */
    public LegStats received() {
        return received;
    }

    /** Returns what has gone to the peer. */
    public LegStats sent() {
        return sent;
    }

    /** Returns the last round trip in milliseconds, or -1. */
    public long roundTripMillis() {
        return reports.roundTripMillis();
    }

    /** What came from the peer is dropped. */
    public void refuse(GatewayReason why) {
        received.drop(why);
        counters.count(why);
    }

    /** What was to go to the peer is dropped. */
    public void drop(GatewayReason why) {
        sent.drop(why);
        counters.count(why);
    }

    Output output() {
        return output;
    }

    MediaPlan plan() {
        return plan;
    }

    Demultiplexer sources() {
        return sources;
    }

    /** Sends and receives this from now on. */
    public void configure(MediaPlan next) {
        for (MediaPlan.Line each : plan.lines()) {
            if (next.lines().stream().noneMatch(l -> l.out() == each.out())) {
                each.out().detach(this);
                each.in().detach(this);
            }
        }
        plan = next;
        sources.configure(next);
        for (MediaPlan.Line each : next.lines()) {
            if (each.sends().isEmpty()) {
                each.out().detach(this);
            } else {
                each.out().attach(this);
            }
            each.in().attach(this);
            each.in().told &= !each.receives().isEmpty();
        }
    }

    /** Takes an RTP packet that was found authentic. */
    public void onRtp(ByteBuffer buffer, int offset, int length, long nowNanos) {
        if (RtpHeader.length(buffer, offset, length) < 0) {
            refuse(GatewayReason.RTP_MALFORMED);
            return;
        }
        IncomingStream stream = sources.of(buffer, offset);
        RtpFormat format = stream == null ? null : Demultiplexer.format(stream.line, RtpHeader.payloadType(buffer, offset));
        if (stream == null || format == null) {
            refuse(GatewayReason.UNKNOWN_PAYLOAD_TYPE);
            return;
        }
        if (!packet.wrap(buffer, offset, length, format, nowNanos)) {
            refuse(GatewayReason.RTP_MALFORMED);
            return;
        }
        received.packet(stream.line.in().isVideo(), length, nowNanos);
        stream.stats.onPacket(stream.ssrc, packet.sequence(), packet.timestamp(), nowNanos);
        MediaReceiver to = stream.line.in();
        if (!to.told) {
            to.told = true;
            output.onMedia(stream.line.mid());
        }
        packet.extensions(stream.line.extension(RtpCapabilities.AUDIO_LEVEL), stream.line.extension(RtpCapabilities.ORIENTATION));
        to.deliver(packet);
    }

    /** Takes RTCP that was found authentic. */
    public void onRtcp(ByteBuffer buffer, int offset, int length, long nowNanos) {
        if (!reports.onPacket(buffer, offset, length, nowNanos)) {
            refuse(GatewayReason.RTCP_MALFORMED);
        }
    }

    /** Sends a packet of a track. */
    void send(MediaSender sender, RtpPacket from) {
        MediaPlan.Line line = line(sender);
        int payloadType = line == null ? -1 : sender.payloadType(from.format(), line);
        if (line == null || payloadType < 0) {
            drop(line == null ? GatewayReason.DIRECTION_INACTIVE : GatewayReason.UNKNOWN_PAYLOAD_TYPE);
            return;
        }
        if (from.payloadLength() > ROOM - 512) {
            drop(GatewayReason.TOO_LONG);
            return;
        }
        if (!sender.numbers.next(from.ssrc(), from.sequence(), from.timestamp(), from.arrivedNanos())) {
            drop(GatewayReason.SEQUENCE_JUMP);
            return;
        }
        sender.beganAnew(); // a peer that has missed the beginning would wait for the next picture that stands by itself
        int at = TurnData.HEADROOM;
        RtpHeader.write(scratch, at, from.marker(), payloadType, sender.numbers.sequence(), sender.numbers.timestamp(from.timestamp()),
                sender.ssrc());
        int header = RtpHeader.FIXED_LENGTH + extend(sender, line, from, at);
        scratch.put(at + header, from.buffer(), from.payloadOffset(), from.payloadLength());
        if (sender.packets++ == 0) {
            sender.firstNanos = from.arrivedNanos();
        }
        sender.bytes += from.payloadLength();
        int length = header + from.payloadLength();
        if (output.send(false, scratch, at, length)) {
            sent.packet(sender.isVideo(), length, from.arrivedNanos());
        }
    }

    private int extend(MediaSender sender, MediaPlan.Line line, RtpPacket from, int at) {
        extensions.begin(scratch, at);
        if (!sender.known) {
            extensions.add(line.extension(RtpCapabilities.MID), sender.mid(line.mid()));
        }
        extensions.copy(line.extension(RtpCapabilities.AUDIO_LEVEL), from.buffer(), from.offset(), from.audioLevelId());
        extensions.copy(line.extension(RtpCapabilities.ORIENTATION), from.buffer(), from.offset(), from.orientationId());
        return extensions.end(at);
    }

    private MediaPlan.@Nullable Line line(MediaSender sender) {
        for (int i = 0; i < plan.lines().size(); i++) {
            if (plan.lines().get(i).out() == sender) {
                return plan.lines().get(i).sends().isEmpty() ? null : plan.lines().get(i);
            }
        }
        return null;
    }

    @Nullable
    MediaSender sender(int ssrc) {
        for (MediaPlan.Line each : plan.lines()) {
            if (each.out().ssrc() == ssrc) {
                return each.out();
            }
        }
        return null;
    }

    void requestKeyframe(MediaReceiver receiver) {
        reports.requestKeyframe(receiver);
    }

    void bye(MediaSender sender) {
        reports.bye(sender);
    }

    void count(GatewayReason what) {
        counters.count(what);
    }

    /** Expires what is due. */
    public void onTimeout(long nowNanos) {
        reports.onTimeout(nowNanos);
    }

    /** Returns when {@link #onTimeout} is to be called. */
    public long nextDeadline() {
        return reports.nextDeadline();
    }

    /** Says good-bye for all that is sent. */
    public void close() {
        plan.lines().stream().filter(l -> !l.sends().isEmpty()).forEach(l -> reports.bye(l.out()));
        configure(MediaPlan.NONE);
    }
}
