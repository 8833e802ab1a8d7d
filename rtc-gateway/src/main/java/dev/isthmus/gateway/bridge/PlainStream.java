package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.peer.RtpTrackSource;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.rtp.ReceptionStats;
import dev.isthmus.gateway.rtp.Rewriter;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.rtp.RtpSink;
import dev.isthmus.gateway.rtp.SourceClock;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One kind of media of a call at the plain side: what the client sends becomes a stream of ours there, what comes from there is the source of a
 * track that the client receives. On the call's loop.
 */
public final class PlainStream implements RtpSink {
    /**
     * A format that both sides know, with the payload type of each.
     *
     * @param client as it was negotiated with the client
     * @param plain as the endpoint has it
     */
    public record Shared(RtpFormat client, RtpFormat plain) {}

    private static final byte NONE = -1;
    private static final int PAYLOAD_TYPES = 128;
    private final Call call;
    private final boolean sends;
    private final boolean receives;
    private final byte[] toPlain = new byte[PAYLOAD_TYPES];
    private final int[] clockRates = new int[PAYLOAD_TYPES];
    private final @Nullable RtpFormat[] toClient = new @Nullable RtpFormat[PAYLOAD_TYPES];
    private final RtpTrackSource source;
    private final SourceClock clock = new SourceClock();
    final String kind;
    final boolean video;
    final int session;
    final Rewriter out;
    final ReceptionStats in;
    /** What is reported of what comes in. */
    final List<ReceptionStats> about;
    /** The plain receiver whose report came last. */
    int plainReceiver;
    long sentPackets;
    long sentBytes;
    private long firstNanos;
    private Runnable keyframes = () -> {};

    PlainStream(Call call, String kind, int session, List<Shared> formats, boolean sends, boolean receives) {
        this.call = call;
        this.kind = kind;
        this.video = kind.equals("video");
        this.session = session;
        this.sends = sends;
        this.receives = receives;
        this.source = new RtpTrackSource(kind, call.random().token(20), true);
        Arrays.fill(toPlain, NONE);
        for (Shared each : formats) {
            toPlain[each.client().payloadType()] = (byte) each.plain().payloadType();
            clockRates[each.client().payloadType()] = each.client().clockRate();
            toClient[each.plain().payloadType()] = each.client();
        }
        int clockRate = formats.get(0).client().clockRate();
        this.out = new Rewriter(call.random().nextInt(), clockRate, call.random().below(0x8000), call.random().nextInt());
        this.in = new ReceptionStats(clockRate);
        this.about = List.of(in);
        source.setOnKeyframeRequest(track -> call.askPlain(this));
    }

    /** Returns the source of the track that the client receives. */
    public RtpTrackSource source() {
        return source;
    }

    /** Says how the client is asked for a picture that stands by itself. */
    public void keyframes(Runnable request) {
        keyframes = request;
    }

    void askClient() {
        keyframes.run();
    }

    /** Returns whether the client's media goes to the endpoint. */
    boolean sends() {
        return sends;
    }

    /** Returns whether the endpoint's media goes to the client. */
    boolean receives() {
        return receives;
    }

    /** Takes a packet of the client: a fresh header in front of its payload, and off. */
    @Override
    public void onPacket(RtpPacket packet) {
        ByteBuffer buffer = packet.buffer();
        int incoming = RtpHeader.payloadType(buffer, packet.offset());
        int payloadType = toPlain[incoming];
        if (!sends || payloadType == NONE) {
            call.drop(Direction.PLAIN_OUT, sends ? GatewayReason.UNKNOWN_PAYLOAD_TYPE : GatewayReason.DIRECTION_INACTIVE);
            return;
        }
        if (clockRates[incoming] != out.clockRate()) {
            out.clockRate(clockRates[incoming]); // one stream may change from Opus to G.711
        }
        long now = packet.arrivedNanos();
        if (!out.next(packet.ssrc(), packet.sequence(), packet.timestamp(), now)) {
            call.drop(Direction.PLAIN_OUT, GatewayReason.SEQUENCE_JUMP);
            return;
        }
        if (firstNanos == 0) {
            firstNanos = now;
        }
        int from = packet.payloadOffset() - RtpHeader.FIXED_LENGTH;
        RtpHeader.write(buffer, from, packet.marker(), payloadType, out.sequence(), out.timestamp(packet.timestamp()), out.ssrc());
        int length = RtpHeader.FIXED_LENGTH + packet.payloadLength();
        if (call.toPlain(this, buffer, from, length, now)) {
            sentPackets++;
            sentBytes += packet.payloadLength();
        }
    }

    @Override
    public void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long nowNanos) {
        clock.onSenderReport(ssrc, ntp, rtpTimestamp, out, nowNanos);
    }

    /** Takes a packet of the endpoint that may come from where it came. */
    void onPlain(ByteBuffer buffer, int offset, int length, long nowNanos) {
        RtpFormat format = toClient[RtpHeader.payloadType(buffer, offset)];
        if (!receives || format == null) {
            call.drop(Direction.CLIENT_OUT, GatewayReason.DIRECTION_INACTIVE);
            return;
        }
        in.clockRate(format.clockRate());
        in.onPacket(RtpHeader.ssrc(buffer, offset), RtpHeader.sequence(buffer, offset), RtpHeader.timestamp(buffer, offset), nowNanos);
        if (!source.send(buffer, offset, length, format, nowNanos)) {
            call.drop(Direction.CLIENT_OUT, GatewayReason.RTP_MALFORMED);
        }
    }

    /** The endpoint tells its clock. */
    void onPlainReport(int ssrc, long ntp, int rtpTimestamp, long nowNanos) {
        in.onSenderReport(ssrc, NtpClock.middle(ntp), nowNanos);
        source.senderReport(ssrc, ntp, rtpTimestamp, nowNanos);
    }

    /** Returns whether a report can be made of what is sent to the endpoint. */
    boolean reports(long nowNanos) {
        return sentPackets > 0 && clock.isDue(out, firstNanos, nowNanos);
    }

    long ntp(NtpClock own, long nowNanos) {
        return clock.ntp(out, own, nowNanos);
    }

    int timestamp(long nowNanos) {
        return clock.timestamp(out, nowNanos);
    }
}
