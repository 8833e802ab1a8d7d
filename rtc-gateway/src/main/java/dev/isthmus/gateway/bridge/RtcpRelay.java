package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.rtp.ReceptionStats;
import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.rtp.RtcpWriter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * RTCP of a call: read to its end on the leg it came from, made anew on the other (RFC 3550, section 6). Only key-frame requests and the times
 * of sender reports have a meaning beyond their leg.
 */
final class RtcpRelay {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);
    /** Browsers repeat a request until a frame comes; more than five a second help nobody. */
    private static final long KEYFRAME_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);
    /** Reports of ours wait so long for the source's own clock, since a receiver may keep to the first time it is told. */
    private static final long SOURCE_REPORT_PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private static final int ROOM = 1024;

    private final CallSetup setup;
    private final Call call;
    private final RtcpWriter writer;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(ROOM);
    private final Reader fromClient = new Reader(true);
    private final Reader fromPlain = new Reader(false);
    private long nextReport;
    private long now;
    private long clientRoundTripMillis = -1;

    RtcpRelay(CallSetup setup, Call call, long nowNanos) {
        this.setup = setup;
        this.call = call;
        this.writer = new RtcpWriter(setup.cname());
        this.nextReport = nowNanos + INTERVAL;
    }

    boolean onClient(ByteBuffer buffer, int offset, int length, long nowNanos) {
        now = nowNanos;
        return Rtcp.read(buffer, offset, length, fromClient);
    }

    boolean onPlain(ByteBuffer buffer, int offset, int length, long nowNanos) {
        now = nowNanos;
        return Rtcp.read(buffer, offset, length, fromPlain);
    }

    long nextDeadline() {
        return nextReport;
    }

    void onTimeout(long nowNanos) {
        if (nowNanos < nextReport) {
            return;
        }
        nextReport = nowNanos + INTERVAL;
        for (MediaStream stream : call.streams()) {
            int toClient = compound(stream.toClient, stream.toPlain, nowNanos).length();
            call.rtcpToClient(scratch, toClient);
            int toPlain = compound(stream.toPlain, stream.toClient, nowNanos).length();
            call.rtcpToPlain(stream.session, scratch, toPlain);
        }
    }

    /** The report of what we send one way, with a block about what comes the other way on the same leg. */
    private RtcpWriter compound(MediaStream.Way sent, MediaStream.Way received, long nowNanos) {
        int ssrc = sent.out.ssrc();
        List<ReceptionStats> about = received.in.started() ? received.about : List.of();
        writer.begin(scratch, 0);
        if (sent.sentPackets > 0 && (sent.hasSenderReport() || nowNanos - sent.firstNanos > SOURCE_REPORT_PATIENCE)) {
            long ntp = ntp(sent, nowNanos);
            writer.senderReport(ssrc, ntp, timestamp(sent, nowNanos), sent.sentPackets, sent.sentBytes, about, nowNanos);
        } else {
            writer.receiverReport(ssrc, about, nowNanos);
        }
        return writer.description(ssrc);
    }

    /** The source's own clock where it has told it, moved on to now, so that sound and picture stay together behind the gateway. */
    private long ntp(MediaStream.Way way, long nowNanos) {
        if (!way.hasSenderReport()) {
            return setup.clock().ntp(nowNanos);
        }
        long passed = nowNanos - way.senderReportNanos;
        long seconds = passed / 1_000_000_000L;
        long fraction = (passed % 1_000_000_000L << 32) / 1_000_000_000L;
        return way.senderNtp + (seconds << 32) + fraction;
    }

    private static int timestamp(MediaStream.Way way, long nowNanos) {
        if (!way.hasSenderReport()) {
            return way.out.timestampAt(nowNanos);
        }
        long ticks = (nowNanos - way.senderReportNanos) / 1_000L * way.out.clockRate() / 1_000_000L;
        return way.out.timestamp(way.senderRtp) + (int) ticks;
    }

    void bye() {
        for (MediaStream stream : call.streams()) {
            int ssrc = stream.toPlain.out.ssrc();
            call.rtcpToPlain(stream.session, scratch,
                    writer.begin(scratch, 0).receiverReport(ssrc, List.of(), now).description(ssrc).bye(ssrc)
                            .length());
        }
    }

    long clientRoundTripMillis() {
        return clientRoundTripMillis;
    }

    /** Asks the source behind a way for a key frame. */
    private void requestKeyframe(MediaStream stream, boolean askPlain) {
        MediaStream.Way wanted = askPlain ? stream.toClient : stream.toPlain;
        MediaStream.Way back = askPlain ? stream.toPlain : stream.toClient;
        if (!stream.video || !wanted.in.started() || now - wanted.lastKeyframeRequestNanos < KEYFRAME_INTERVAL) {
            return;
        }
        wanted.lastKeyframeRequestNanos = now;
        setup.counters().count(GatewayReason.KEYFRAME_REQUESTS);
        int ssrc = back.out.ssrc();
        int length = writer.begin(scratch, 0).receiverReport(ssrc, List.of(), now).description(ssrc).pictureLoss(ssrc, wanted.in.ssrc())
                .length();
        if (askPlain) {
            call.rtcpToPlain(stream.session, scratch, length);
        } else {
            call.rtcpToClient(scratch, length);
        }
    }

    /** Reads one leg's RTCP. */
    private final class Reader implements Rtcp.Visitor {
        private final boolean client;

        Reader(boolean client) {
            this.client = client;
        }

        private @Nullable MediaStream sending(int ssrc) {
            for (MediaStream stream : call.streams()) {
                MediaStream.Way way = client ? stream.toPlain : stream.toClient;
                if (way.in.started() && way.in.ssrc() == ssrc) {
                    return stream;
                }
            }
            return null;
        }

        private @Nullable MediaStream receiving(int ssrc) {
            for (MediaStream stream : call.streams()) {
                MediaStream.Way way = client ? stream.toClient : stream.toPlain;
                if (way.out.ssrc() == ssrc) {
                    return stream;
                }
            }
            return null;
        }

        @Override
        public void onSenderReport(int ssrc, long ntp, int rtpTimestamp) {
            MediaStream stream = sending(ssrc);
            if (stream != null) {
                MediaStream.Way way = client ? stream.toPlain : stream.toClient;
                way.in.onSenderReport(ssrc, NtpClock.middle(ntp), now);
                way.senderNtp = ntp;
                way.senderRtp = rtpTimestamp;
                way.senderSsrc = ssrc;
                way.senderGeneration = way.out.generation();
                way.senderReportNanos = now;
            }
        }

        @Override
        public void onReportBlock(int receiverSsrc, int aboutSsrc, int fractionLost, int lastReport, int delay) {
            if (!client) {
                welcome(receiverSsrc, receiving(aboutSsrc));
            }
            MediaStream stream = client && lastReport != 0 ? receiving(aboutSsrc) : null;
            if (stream != null) {
                // A time of the source's clock was sent, so the same clock tells how long ago that was.
                int units = NtpClock.middle(ntp(stream.toClient, now)) - lastReport - delay;
                clientRoundTripMillis = Math.max(0, units * 1000L / 65536);
            }
        }

        /** A plain receiver that joins late may know no way to ask for a key frame; its first report is taken as the question. */
        private void welcome(int receiverSsrc, @Nullable MediaStream stream) {
            if (stream != null && stream.video && stream.plainReceiver != receiverSsrc) {
                stream.plainReceiver = receiverSsrc;
                requestKeyframe(stream, false);
            }
        }

        @Override
        public void onKeyframeRequest(int aboutSsrc) {
            MediaStream stream = receiving(aboutSsrc);
            if (stream != null) {
                requestKeyframe(stream, client);
            }
        }

        @Override
        public void onBye(int ssrc) {
            // a source that ends takes nothing with it; another may follow on the same leg
        }
    }
}
