package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.rtp.Rewriter;
import dev.isthmus.gateway.rtp.SourceClock;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.ice.time.RandomSource;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One stream that is sent: an encoding of a track, with its numbers, its repairs, its clock and its counts. */
final class OutgoingStream {
    private static final int NONE = -1;
    /** For each packet that is sent two may be repeated, and so many may be saved up. */
    private static final int REPEATS_A_PACKET = 2;
    private static final int MOST_REPEATS = 512;
    final int ssrc;
    final int repairSsrc;
    final Rewriter numbers;
    private final SourceClock clock = new SourceClock();
    private @Nullable PacketHistory history;
    /** The format that came last, and what it and its repairs are called on the wire. */
    private @Nullable RtpFormat format;
    private int payloadType = NONE;
    private int repairPayloadType = NONE;
    private boolean repeats;
    private @Nullable RtpFormat sentAs;
    private int repairSequence;
    private int generation;
    String rid = "";
    byte[] ridBytes = {};
    volatile boolean active = true;
    long packets;
    long bytes;
    private long headerBytes;
    private long repeatedPackets;
    private long repeatedBytes;
    private long repeatedHeaderBytes;
    private long frames;
    long nacks;
    long keyFrameRequests;
    private int firstSequence;
    private @Nullable RemoteReception reception;
    private long firstNanos;
    /** Whether the peer has said that it knows the stream, so that its packets need no mid any more. */
    boolean known;
    /** The same of its repairs. */
    boolean repairKnown;
    /** By which media description it is sent. */
    @Nullable
    ActiveLine line;
    private int repeatsLeft = MOST_REPEATS;

    OutgoingStream(boolean video, RandomSource random) {
        this.ssrc = random.nextInt();
        this.repairSsrc = random.nextInt();
        this.repairSequence = random.below(0x8000);
        this.numbers = new Rewriter(ssrc, video ? 90000 : 48000, random.below(0x8000), random.nextInt());
    }

    void rid(String newRid) {
        rid = newRid;
        ridBytes = newRid.getBytes(StandardCharsets.US_ASCII);
    }

    /** Is sent by another session from now on, to a peer that does not know it. */
    void begin() {
        renegotiated();
        known = false;
        repairKnown = false;
        generation = 0;
    }

    /** Formats may be called something else from now on. */
    void renegotiated() {
        format = null;
    }

    void earnRepeats() {
        repeatsLeft = Math.min(MOST_REPEATS, repeatsLeft + REPEATS_A_PACKET);
    }

    boolean mayRepeat() {
        boolean may = repeatsLeft > 0;
        repeatsLeft -= may ? 1 : 0;
        return may;
    }

    /** Returns the payload type of a format, or -1 when the peer does not take it. */
    int payloadType(RtpFormat what, MediaPlan.Line line) {
        if (what != format) {
            format = what;
            payloadType = NONE;
            repairPayloadType = NONE;
            for (RtpFormat each : line.sends()) {
                if (payloadType == NONE && RtpCapabilities.same(each, what)) {
                    payloadType = each.payloadType();
                    sentAs = each;
                    repeats = each.feedback().contains("nack");
                    numbers.clockRate(each.clockRate());
                }
            }
            for (RtpFormat each : line.sends()) {
                repairPayloadType = payloadType != NONE && each.repeats() == payloadType ? each.payloadType() : repairPayloadType;
            }
        }
        return payloadType;
    }

    /** Returns the payload type of repairs, or -1 when packets are repeated as they were. */
    int repairPayloadType() {
        return repairPayloadType;
    }

    /** Returns whether the peer asks for what it misses. */
    boolean repeats() {
        return repeats;
    }

    int nextRepair() {
        return repairSequence++ & 0xffff;
    }

    PacketHistory history() {
        PacketHistory kept = history;
        if (kept == null) {
            kept = new PacketHistory();
            history = kept;
        }
        return kept;
    }

    boolean hasHistory() {
        return history != null;
    }

    /** Returns whether what is sent comes from another source than before, or for the first time. */
    boolean beganAnew() {
        boolean anew = numbers.generation() != generation;
        generation = numbers.generation();
        return anew;
    }

    void onSenderReport(int source, long ntp, int rtpTimestamp, long nowNanos) {
        clock.onSenderReport(source, ntp, rtpTimestamp, numbers, nowNanos);
    }

    /** A packet of it has left. */
    void sent(int sequence, int payload, int length, boolean endsPicture, long nowNanos) {
        if (packets++ == 0) {
            firstNanos = nowNanos;
            firstSequence = sequence;
        }
        bytes += payload;
        headerBytes += length - payload;
        frames += endsPicture ? 1 : 0;
    }

    /** A packet of it has left once more. */
    void repeated(int payload, int length) {
        repeatedPackets++;
        repeatedBytes += payload;
        repeatedHeaderBytes += length - payload;
    }

    /** The peer tells how it receives the stream. */
    RemoteReception onReport(Rtcp.ReportBlock block, long nowNanos) {
        RemoteReception known = reception;
        if (known == null) {
            known = new RemoteReception(block);
            reception = known;
        }
        known.onBlock(block, nowNanos);
        return known;
    }

    /** Returns what was counted. */
    MediaReport.Outgoing report(MediaSender sender, String mid) {
        RtpFormat last = sentAs;
        RemoteReception theirs = reception;
        MediaReport.Amount repeats = new MediaReport.Amount(repeatedPackets, repeatedBytes, repeatedHeaderBytes);
        return new MediaReport.Outgoing(sender, mid, rid, ssrc, active, last,
                new MediaReport.Amount(packets, bytes, headerBytes).plus(repeats), repeats, frames, nacks, keyFrameRequests,
                theirs == null || last == null ? null : theirs.report(firstSequence, last.clockRate()));
    }

    /** Returns whether a report can be made now; where the source is somebody else's, that one's clock is waited for. */
    boolean reports(boolean relays, long nowNanos) {
        return packets > 0 && (!relays || clock.isDue(numbers, firstNanos, nowNanos));
    }

    long ntp(NtpClock own, long nowNanos) {
        return clock.ntp(numbers, own, nowNanos);
    }

    int timestamp(long nowNanos) {
        return clock.timestamp(numbers, nowNanos);
    }
}
