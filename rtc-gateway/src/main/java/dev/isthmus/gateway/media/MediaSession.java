package dev.isthmus.gateway.media;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.turn.client.TurnData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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

        /** Protects and sends an RTP packet once more, byte by byte as it was sent before. */
        boolean repeat(ByteBuffer buffer, int offset, int length);

        /** Media of a media description has come for the first time, or again after a silence. */
        void onMedia(String mid);

        /** Nothing comes of a media description any more: its sources have said good-bye, or are silent for long. */
        void onSilence(String mid);

        /** Returns whether the caller is on the session's thread. */
        boolean isHere();

        /** Runs something on the session's thread. */
        void execute(Runnable task);

        /** Returns the present time, for what no packet and no timer has brought. */
        long nowNanos();

        /** {@link #nextDeadline} may have come nearer. */
        void onDeadline();
    }

    /** The longest packet that is sent, in bytes. */
    static final int LONGEST = 2048;
    private final Output output;
    private final Counters<GatewayReason> counters;
    private final Demultiplexer sources = new Demultiplexer();
    private final IncomingMedia incoming = new IncomingMedia(this);
    private final OutgoingMedia outgoing;
    private final ReportSession reports;
    private final LegStats received = new LegStats();
    private final LegStats sent = new LegStats();
    private List<ActiveLine> lines = List.of();
    private boolean reducedSize;

    /**
     * Creates a session that sends and receives nothing yet.
     *
     * @param scratch where packets are put together, which others of the same thread may use too: {@link #ROOM} bytes
     */
    public MediaSession(Output output, Counters<GatewayReason> counters, NtpClock clock, String cname, ByteBuffer scratch, long nowNanos) {
        this.output = output;
        this.counters = counters;
        this.outgoing = new OutgoingMedia(this, scratch);
        this.reports = new ReportSession(this, clock, cname, scratch, nowNanos);
    }

    /** How much room packets are put together in, in bytes. */
    public static final int ROOM = TurnData.HEADROOM + LONGEST + TurnData.TAILROOM;

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

    /** Returns how much may be sent, in bit/s, or 0 when nobody knows. */
    public long bitsPerSecond() {
        return outgoing.rate().bitsPerSecond();
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

    /** Returns what was counted so far. */
    public MediaReport report(long nowNanos) {
        List<MediaReport.Outgoing> sending = new ArrayList<>();
        List<MediaReport.Source> tracks = new ArrayList<>();
        for (ActiveLine line : lines) {
            for (OutgoingStream each : line.out().streams()) {
                if (line.sendsAny() || each.packets > 0) {
                    sending.add(each.report(line.out(), line.plan.mid()));
                }
            }
            tracks.add(line.out().report(nowNanos));
        }
        return new MediaReport(sources.report(), sending, tracks, bitsPerSecond());
    }

    Output output() {
        return output;
    }

    List<ActiveLine> lines() {
        return lines;
    }

    boolean reducedSize() {
        return reducedSize;
    }

    Demultiplexer sources() {
        return sources;
    }

    IncomingMedia incoming() {
        return incoming;
    }

    OutgoingMedia outgoing() {
        return outgoing;
    }

    ReportSession reports() {
        return reports;
    }

    /** Sends and receives this from now on. */
    public void configure(MediaPlan next) {
        for (ActiveLine each : lines) {
            if (next.lines().stream().noneMatch(l -> l.out() == each.out())) {
                each.out().detach(this);
                each.in().detach(this);
            }
        }
        List<ActiveLine> all = new ArrayList<>();
        next.lines().forEach(each -> all.add(new ActiveLine(each)));
        lines = List.copyOf(all);
        reducedSize = next.reducedSize();
        outgoing.rate().negotiated(next.mostBitrate());
        sources.configure(lines);
        for (ActiveLine each : lines) {
            if (each.sendsAny()) {
                each.out().attach(this, each);
            } else {
                each.out().detach(this);
            }
            each.in().attach(this);
            each.in().told &= each.receivesAny();
        }
    }

    /** Takes an RTP packet that was found authentic. */
    public void onRtp(ByteBuffer buffer, int offset, int length, long nowNanos) {
        incoming.onRtp(buffer, offset, length, nowNanos);
    }

    /** Takes RTCP that was found authentic. */
    public void onRtcp(ByteBuffer buffer, int offset, int length, long nowNanos) {
        if (!reports.onPacket(buffer, offset, length, nowNanos)) {
            refuse(GatewayReason.RTCP_MALFORMED);
        }
    }

    @Nullable
    OutgoingStream stream(int ssrc) {
        for (int i = 0; i < lines.size(); i++) {
            for (OutgoingStream each : lines.get(i).out().streams()) {
                if (each.ssrc == ssrc) {
                    return each;
                }
            }
        }
        return null;
    }

    /** The peer has told of a stream of repairs: it knows whose they are. */
    void onRepairsKnown(int ssrc) {
        for (ActiveLine line : lines) {
            for (OutgoingStream each : line.out().streams()) {
                each.repairKnown |= each.repairSsrc == ssrc;
            }
        }
    }

    @Nullable
    MediaSender sender(int ssrc) {
        for (ActiveLine line : lines) {
            for (OutgoingStream each : line.out().streams()) {
                if (each.ssrc == ssrc) {
                    return line.out();
                }
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
        outgoing.onTimeout(nowNanos);
    }

    /** Returns when {@link #onTimeout} is to be called. */
    public long nextDeadline() {
        return Deadline.nearer(reports.nextDeadline(), outgoing.nextDeadline());
    }

    /** Says good-bye for all that is sent. */
    public void close() {
        lines.stream().filter(ActiveLine::sendsAny).forEach(l -> reports.bye(l.out()));
        configure(MediaPlan.NONE);
    }
}
