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

/** RTCP of a transport (RFC 3550, section 6): reports of what is sent and received, requests for what is missing, and what the peer tells. */
final class ReportSession implements Rtcp.Visitor {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);
    /** More requests than five a second help nobody. */
    private static final long KEYFRAME_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);
    /** Five times the shortest usual interval between reports (RFC 3550, section 6.3.5). */
    private static final long LONGEST_SILENCE = TimeUnit.SECONDS.toNanos(25);
    private static final int MOST_BLOCKS = 31;
    private static final long USUAL_ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(100);

    private final MediaSession session;
    private final NtpClock clock;
    private final RtcpWriter writer;
    private final ByteBuffer scratch;
    private final FeedbackRecorder arrivals = new FeedbackRecorder();
    private long nextReport;
    private long nextNack = Deadline.NONE;
    private long now;
    private long roundTrip = -1;
    private long toldBitrate;

    ReportSession(MediaSession session, NtpClock clock, String cname, ByteBuffer scratch, long nowNanos) {
        this.session = session;
        this.clock = clock;
        this.scratch = scratch;
        this.writer = new RtcpWriter(cname);
        this.nextReport = Deadline.NONE;
        this.now = nowNanos;
    }

    boolean onPacket(ByteBuffer buffer, int offset, int length, long nowNanos) {
        now = nowNanos;
        return Rtcp.read(buffer, offset, length, this);
    }

    FeedbackRecorder arrivals() {
        return arrivals;
    }

    /** A packet of the peer's has not arrived. */
    void somethingIsMissing(long nowNanos) {
        nextNack = nowNanos;
    }

    long nextDeadline() {
        if (nextReport == Deadline.NONE && !session.lines().isEmpty()) {
            nextReport = now + INTERVAL;
        }
        return Deadline.nearer(Deadline.nearer(nextReport, nextNack), arrivals.nextDeadline());
    }

    void onTimeout(long nowNanos) {
        now = nowNanos;
        if (arrivals.isDue(nowNanos)) {
            tellArrivals();
        }
        if (Deadline.due(nextNack, nowNanos)) {
            askForMissing();
        }
        if (Deadline.due(nextReport, nowNanos)) {
            nextReport = session.lines().isEmpty() ? Deadline.NONE : nowNanos + INTERVAL;
            forgetSilent();
            report();
            limitBitrate();
            tellBitrate();
        }
    }

    /** The peer is told what it may send, where it wants to be. */
    void limitBitrate() {
        ReceiveRate limit = session.incoming().receiveRate();
        if (limit != null && limit.isKnown()) {
            int ssrc = ownSsrc();
            feedback(ssrc).bitrateLimit(ssrc, limit.ssrc(), limit.tell());
            send();
        }
    }

    /** Returns the last round trip in milliseconds, or -1. */
    long roundTripMillis() {
        return roundTrip < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(roundTrip);
    }

    private long roundTripNanos() {
        return roundTrip < 0 ? USUAL_ROUND_TRIP : roundTrip;
    }

    /** Begins a packet that need not be a compound one where the peer takes such (RFC 5506). */
    private RtcpWriter feedback(int ssrc) {
        writer.begin(scratch, TurnData.HEADROOM);
        return session.reducedSize() ? writer : writer.receiverReport(ssrc, List.of(), now).description(ssrc);
    }

    private void tellArrivals() {
        int ssrc = ownSsrc();
        for (boolean more = arrivals.write(feedback(ssrc), ssrc); more; more = arrivals.write(feedback(ssrc), ssrc)) {
            send();
        }
    }

    private void askForMissing() {
        nextNack = Deadline.NONE;
        List<IncomingStream> streams = session.sources().streams();
        for (int i = 0; i < streams.size(); i++) {
            IncomingStream each = streams.get(i);
            NackList missing = each.missing;
            if (missing == null) {
                continue;
            }
            int ssrc = each.line.out().ssrc();
            if (missing.write(feedback(ssrc), ssrc, each.ssrc, roundTripNanos(), now)) {
                each.nacks++;
                send();
            }
            if (missing.hasGivenUp()) {
                if (requestKeyframe(each)) {
                    missing.forgive();
                } else {
                    nextNack = Deadline.nearer(nextNack, each.lastKeyframeRequestNanos + KEYFRAME_INTERVAL);
                }
            }
            if (!missing.isEmpty()) {
                nextNack = Deadline.nearer(nextNack, missing.nextDeadline(roundTripNanos()));
            }
        }
    }

    /** Senders of tracks are told how much they may send. */
    private void tellBitrate() {
        long present = session.outgoing().rate().bitsPerSecond();
        if (present > 0 && present != toldBitrate) {
            toldBitrate = present;
            session.lines().stream().filter(ActiveLine::sendsAny).forEach(l -> l.out().onBitrate(present));
        }
    }

    /** Each stream that is sent is reported on; what is received is told with the first of them, and what is left by a receiver that sends nothing. */
    private void report() {
        List<ReceptionStats> about = new ArrayList<>();
        for (IncomingStream each : session.sources().streams()) {
            if (each.stats.started()) {
                about.add(each.stats);
            }
        }
        int from = 0;
        for (ActiveLine line : session.lines()) {
            for (OutgoingStream each : line.out().streams()) {
                if (line.sendsAny() && each.reports(line.out().relays(), now)) {
                    writer.begin(scratch, TurnData.HEADROOM).senderReport(each.ssrc, each.ntp(clock, now), each.timestamp(now),
                            each.packets, each.bytes, blocks(about, from), now).description(each.ssrc);
                    send();
                    from += MOST_BLOCKS;
                }
            }
        }
        for (int ssrc = ownSsrc(); from < about.size(); from += MOST_BLOCKS) {
            writer.begin(scratch, TurnData.HEADROOM).receiverReport(ssrc, blocks(about, from), now).description(ssrc);
            send();
        }
    }

    /** As many as one report can say. */
    private static List<ReceptionStats> blocks(List<ReceptionStats> about, int from) {
        return about.subList(Math.min(from, about.size()), Math.min(from + MOST_BLOCKS, about.size()));
    }

    private int ownSsrc() {
        return session.lines().isEmpty() ? 1 : session.lines().get(0).out().ssrc();
    }

    private void send() {
        session.output().send(true, scratch, TurnData.HEADROOM, writer.length());
    }

    void requestKeyframe(MediaReceiver receiver) {
        now = session.output().nowNanos();
        for (IncomingStream each : session.sources().streams()) {
            if (each.line.in() == receiver && !each.repairs) {
                requestKeyframe(each);
            }
        }
    }

    /** Returns whether it was asked for: not too soon after the last time. */
    private boolean requestKeyframe(IncomingStream of) {
        if (now - of.lastKeyframeRequestNanos < KEYFRAME_INTERVAL) {
            return false;
        }
        of.lastKeyframeRequestNanos = now;
        of.keyFrameRequests++;
        session.count(GatewayReason.KEYFRAME_REQUESTS);
        int ssrc = of.line.out().ssrc();
        boolean full = of.line.fullIntra && !of.line.pictureLoss;
        if (full) {
            feedback(ssrc).fullIntra(ssrc, of.ssrc, of.fullIntraRequests++);
        } else {
            feedback(ssrc).pictureLoss(ssrc, of.ssrc);
        }
        send();
        return true;
    }

    void bye(MediaSender sender) {
        now = session.output().nowNanos();
        for (OutgoingStream each : sender.streams()) {
            if (each.packets > 0) {
                writer.begin(scratch, TurnData.HEADROOM).receiverReport(each.ssrc, List.of(), now).description(each.ssrc).bye(each.ssrc);
                send();
            }
        }
    }

    @Override
    public void onSenderReport(int ssrc, Rtcp.SenderInfo info) {
        IncomingStream stream = session.sources().bySsrc(ssrc);
        if (stream != null) {
            stream.onSenderReport(info, now);
            if (!stream.repairs) {
                stream.line.in().onSenderReport(ssrc, info.ntp(), info.rtpTimestamp(), now);
            }
        }
    }

    @Override
    public void onReportBlock(int receiverSsrc, Rtcp.ReportBlock block) {
        OutgoingStream stream = session.stream(block.aboutSsrc());
        if (stream == null) {
            session.onRepairsKnown(block.aboutSsrc());
            return;
        }
        stream.known = true;
        RemoteReception reception = stream.onReport(block, now);
        if (block.lastReport() != 0) {
            // Where a time of the source's clock was sent, the same clock tells how long ago that was.
            roundTrip = NtpClock.roundTripNanos(stream.ntp(clock, now), block.lastReport(), block.delay());
            reception.onRoundTrip(roundTrip);
            session.outgoing().rate().onRoundTrip(roundTrip);
        }
    }

    @Override
    public void onKeyframeRequest(int aboutSsrc) {
        MediaSender sender = session.sender(aboutSsrc);
        OutgoingStream stream = session.stream(aboutSsrc);
        if (sender != null && stream != null) {
            stream.keyFrameRequests++;
            sender.onKeyframeRequest();
        }
    }

    @Override
    public void onNack(int aboutSsrc, int sequence, int mask) {
        OutgoingStream stream = session.stream(aboutSsrc);
        if (stream == null) {
            return;
        }
        stream.nacks++;
        session.outgoing().onMissing(stream, sequence, now);
        for (int i = 0; i < 16; i++) {
            if ((mask >>> i & 1) != 0) {
                session.outgoing().onMissing(stream, sequence + i + 1 & 0xffff, now);
            }
        }
    }

    @Override
    public void onBitrateLimit(long bitsPerSecond) {
        session.outgoing().rate().onLimit(bitsPerSecond);
        tellBitrate();
    }

    @Override
    public void onTransportFeedback(ByteBuffer b, int at, int length) {
        if (!session.outgoing().rate().onFeedback(b, at, length, now)) {
            session.refuse(GatewayReason.RTCP_MALFORMED);
        }
        tellBitrate();
    }

    @Override
    public void onBye(int ssrc) {
        IncomingStream gone = session.sources().bySsrc(ssrc);
        if (gone != null) {
            forget(gone);
        }
    }

    /** A source is gone (RFC 3550, sections 6.3.4 and 6.3.5): what it was the last one of is silent now. */
    private void forget(IncomingStream gone) {
        session.sources().forget(gone);
        MediaReceiver receiver = gone.line.in();
        boolean silent = session.sources().streams().stream().noneMatch(s -> s.line == gone.line && !s.repairs);
        if (silent && receiver.told) {
            receiver.told = false;
            session.output().onSilence(gone.line.plan.mid());
        }
    }

    private void forgetSilent() {
        for (IncomingStream each : List.copyOf(session.sources().streams())) {
            if (now - each.heardNanos > LONGEST_SILENCE) {
                forget(each);
            }
        }
    }
}
