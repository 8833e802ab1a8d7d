package dev.isthmus.gateway.media;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.rtp.ReceptionStats;
import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.rtp.RtcpWriter;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.turn.client.TurnData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** RTCP of a transport (RFC 3550, section 6): reports of what is sent and received, and requests for pictures. */
final class ReportSession implements Rtcp.Visitor {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);
    /** More requests than five a second help nobody. */
    private static final long KEYFRAME_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int ROOM = 2048;
    private static final int MOST_BLOCKS = 31;

    private final MediaSession session;
    private final NtpClock clock;
    private final RtcpWriter writer;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(TurnData.HEADROOM + ROOM);
    private long nextReport;
    private long now;
    private long roundTripMillis = -1;

    ReportSession(MediaSession session, NtpClock clock, String cname, long nowNanos) {
        this.session = session;
        this.clock = clock;
        this.writer = new RtcpWriter(cname);
        this.nextReport = Deadline.NONE;
        this.now = nowNanos;
    }

    boolean onPacket(ByteBuffer buffer, int offset, int length, long nowNanos) {
        now = nowNanos;
        return Rtcp.read(buffer, offset, length, this);
    }

    long nextDeadline() {
        if (nextReport == Deadline.NONE && !session.plan().lines().isEmpty()) {
            nextReport = now + INTERVAL;
        }
        return nextReport;
    }

    void onTimeout(long nowNanos) {
        now = nowNanos;
        if (!Deadline.due(nextReport, nowNanos)) {
            return;
        }
        nextReport = session.plan().lines().isEmpty() ? Deadline.NONE : nowNanos + INTERVAL;
        report();
    }

    /** Returns the last round trip in milliseconds, or -1. */
    long roundTripMillis() {
        return roundTripMillis;
    }

    /** Each stream that is sent is reported on; what is received is told with the first of them, or by a receiver that sends nothing. */
    private void report() {
        List<ReceptionStats> about = new ArrayList<>();
        for (IncomingStream each : session.sources().streams()) {
            if (each.stats.started() && about.size() < MOST_BLOCKS) {
                about.add(each.stats);
            }
        }
        boolean told = false;
        for (MediaPlan.Line each : session.plan().lines()) {
            MediaSender sender = each.out();
            if (!each.sends().isEmpty() && sender.reports(now)) {
                writer.begin(scratch, TurnData.HEADROOM).senderReport(sender.ssrc(), sender.ntp(clock, now), sender.timestamp(now),
                        sender.packets, sender.bytes, told ? List.of() : about, now).description(sender.ssrc());
                send();
                told = true;
            }
        }
        if (!told && !about.isEmpty()) {
            int ssrc = ownSsrc();
            writer.begin(scratch, TurnData.HEADROOM).receiverReport(ssrc, about, now).description(ssrc);
            send();
        }
    }

    private int ownSsrc() {
        return session.plan().lines().isEmpty() ? 1 : session.plan().lines().get(0).out().ssrc();
    }

    private void send() {
        session.output().send(true, scratch, TurnData.HEADROOM, writer.length());
    }

    void requestKeyframe(MediaReceiver receiver) {
        now = session.output().nowNanos();
        for (IncomingStream each : session.sources().streams()) {
            if (each.line.in() == receiver && now - each.lastKeyframeRequestNanos >= KEYFRAME_INTERVAL) {
                each.lastKeyframeRequestNanos = now;
                session.count(GatewayReason.KEYFRAME_REQUESTS);
                int ssrc = each.line.out().ssrc();
                writer.begin(scratch, TurnData.HEADROOM).receiverReport(ssrc, List.of(), now).description(ssrc).pictureLoss(ssrc,
                        each.ssrc);
                send();
            }
        }
    }

    void bye(MediaSender sender) {
        now = session.output().nowNanos();
        if (sender.packets > 0) {
            int ssrc = sender.ssrc();
            writer.begin(scratch, TurnData.HEADROOM).receiverReport(ssrc, List.of(), now).description(ssrc).bye(ssrc);
            send();
        }
    }

    @Override
    public void onSenderReport(int ssrc, long ntp, int rtpTimestamp) {
        IncomingStream stream = session.sources().bySsrc(ssrc);
        if (stream != null) {
            stream.stats.onSenderReport(ssrc, NtpClock.middle(ntp), now);
            stream.line.in().onSenderReport(ssrc, ntp, rtpTimestamp, now);
        }
    }

    @Override
    public void onReportBlock(int receiverSsrc, int aboutSsrc, int fractionLost, int lastReport, int delay) {
        MediaSender sender = session.sender(aboutSsrc);
        if (sender == null) {
            return;
        }
        sender.known = true;
        if (lastReport != 0) {
            // Where a time of the source's clock was sent, the same clock tells how long ago that was.
            roundTripMillis = NtpClock.roundTripMillis(sender.ntp(clock, now), lastReport, delay);
        }
    }

    @Override
    public void onKeyframeRequest(int aboutSsrc) {
        MediaSender sender = session.sender(aboutSsrc);
        if (sender != null) {
            sender.onKeyframeRequest();
        }
    }

    @Override
    public void onBye(int ssrc) {
        session.sources().forget(ssrc);
    }
}
