package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.ReceptionStats;
import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.rtp.RtcpWriter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * RTCP with the plain side of a call (RFC 3550, section 6): made here and read here. Only key-frame requests and the times of sender reports have
 * a meaning beyond this leg.
 */
final class PlainReports implements Rtcp.Visitor {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);
    /** Browsers repeat a request until a frame comes; more than five a second help nobody. */
    private static final long KEYFRAME_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int ROOM = 1024;

    private final CallSetup setup;
    private final Call call;
    private final RtcpWriter writer;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(ROOM);
    private long nextReport;
    private long now;
    private long lastKeyframeRequestNanos = Long.MIN_VALUE / 2;

    PlainReports(CallSetup setup, Call call, long nowNanos) {
        this.setup = setup;
        this.call = call;
        this.writer = new RtcpWriter(setup.cname());
        this.nextReport = nowNanos + INTERVAL;
        this.now = nowNanos;
    }

    boolean onPacket(ByteBuffer buffer, int offset, int length, long nowNanos) {
        now = nowNanos;
        return Rtcp.read(buffer, offset, length, this);
    }

    long nextDeadline() {
        return nextReport;
    }

    void onTimeout(long nowNanos) {
        now = nowNanos;
        if (nowNanos < nextReport) {
            return;
        }
        nextReport = nowNanos + INTERVAL;
        for (PlainStream stream : call.streams()) {
            call.rtcpToPlain(stream.session, scratch, compound(stream).length());
        }
    }

    /** The report of what is sent to the endpoint, with a block about what comes from there. */
    private RtcpWriter compound(PlainStream stream) {
        int ssrc = stream.out.ssrc();
        List<ReceptionStats> about = stream.in.started() ? stream.about : List.of();
        writer.begin(scratch, 0);
        if (stream.reports(now)) {
            writer.senderReport(ssrc, stream.ntp(setup.clock(), now), stream.timestamp(now), stream.sentPackets, stream.sentBytes, about,
                    now);
        } else {
            writer.receiverReport(ssrc, about, now);
        }
        return writer.description(ssrc);
    }

    void bye() {
        for (PlainStream stream : call.streams()) {
            int ssrc = stream.out.ssrc();
            call.rtcpToPlain(stream.session, scratch,
                    writer.begin(scratch, 0).receiverReport(ssrc, List.of(), now).description(ssrc).bye(ssrc).length());
        }
    }

    /** The client needs a picture that stands by itself. */
    void askPlain(PlainStream stream, long nowNanos) {
        now = nowNanos;
        if (stream.video && stream.in.started() && now - lastKeyframeRequestNanos >= KEYFRAME_INTERVAL) {
            lastKeyframeRequestNanos = now;
            setup.counters().count(GatewayReason.KEYFRAME_REQUESTS);
            int ssrc = stream.out.ssrc();
            call.rtcpToPlain(stream.session, scratch, writer.begin(scratch, 0).receiverReport(ssrc, List.of(), now).description(ssrc)
                    .pictureLoss(ssrc, stream.in.ssrc()).length());
        }
    }

    private @Nullable PlainStream find(Predicate<PlainStream> which) {
        for (PlainStream stream : call.streams()) {
            if (which.test(stream)) {
                return stream;
            }
        }
        return null;
    }

    @Override
    public void onSenderReport(int ssrc, Rtcp.SenderInfo info) {
        PlainStream stream = find(s -> s.in.started() && s.in.ssrc() == ssrc);
        if (stream != null) {
            stream.onPlainReport(ssrc, info.ntp(), info.rtpTimestamp(), now);
        }
    }

    /** A plain receiver that joins late may know no way to ask for a key frame; its first report is taken as the question. */
    @Override
    public void onReportBlock(int receiverSsrc, Rtcp.ReportBlock block) {
        PlainStream stream = find(s -> s.out.ssrc() == block.aboutSsrc());
        if (stream != null && stream.video && stream.plainReceiver != receiverSsrc) {
            stream.plainReceiver = receiverSsrc;
            stream.askClient();
        }
    }

    @Override
    public void onKeyframeRequest(int aboutSsrc) {
        PlainStream stream = find(s -> s.out.ssrc() == aboutSsrc);
        if (stream != null && stream.video) {
            stream.askClient();
        }
    }

    @Override
    public void onBye(int ssrc) {
        // a source that ends takes nothing with it; another may follow on the same leg
    }
}
