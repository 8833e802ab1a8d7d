package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.rtp.Rewriter;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.rtp.RtpSink;
import dev.isthmus.gateway.rtp.SourceClock;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.ice.time.RandomSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sending end of a transceiver: what its track gives leaves as one stream, whatever sources it comes from. */
public final class MediaSender implements RtpSink {
    private static final int NONE = -1;
    private final boolean video;
    final Rewriter numbers;
    private final int ssrc;
    private volatile @Nullable MediaSession session;
    private volatile @Nullable Runnable keyframes;
    private volatile boolean active = true;
    private volatile boolean stopped;
    /** The format that came last, and what it is called on the wire. */
    private @Nullable RtpFormat format;
    private int payloadType = NONE;
    private String mid = "";
    private byte[] midBytes = {};
    private int generation;
    private final SourceClock clock = new SourceClock();
    private volatile boolean relays;
    long packets;
    long bytes;
    long firstNanos;
    /** Whether the peer has said that it knows the stream, so that its packets need no mid any more. */
    boolean known;

    /** Creates a sender whose stream has random numbers. */
    public MediaSender(String kind, String cname, RandomSource random) {
        this.video = kind.equals("video");
        this.ssrc = random.nextInt();
        this.numbers = new Rewriter(ssrc, kind.equals("audio") ? 48000 : 90000, random.below(0x8000), random.nextInt());
    }

    boolean isVideo() {
        return video;
    }

    /** Returns the SSRCs that it sends: the stream's. */
    public List<Integer> sources() {
        return List.of(ssrc);
    }

    /** Returns the SSRC of the stream. */
    public int ssrc() {
        return ssrc;
    }

    /** Sends by that session from now on. */
    synchronized void attach(MediaSession owner) {
        session = owner;
        format = null;
        known = false;
        generation = 0;
    }

    /** Sends by that session no more; another one on another loop may have it already. */
    synchronized void detach(MediaSession owner) {
        if (session == owner) {
            session = null;
        }
    }

    /** Asks the source for a picture that stands by itself when what is sent comes from another one than before. */
    void beganAnew() {
        if (numbers.generation() != generation && video) {
            generation = numbers.generation();
            onKeyframeRequest();
        }
    }

    /** Says whether anything is sent. */
    public void active(boolean sends) {
        active = sends;
    }

    /** Says whether its source is passed on from elsewhere, so that reports wait for that source's clock. */
    public void relays(boolean fromElsewhere) {
        relays = fromElsewhere;
    }

    /** Returns whether a report can be made now. */
    boolean reports(long nowNanos) {
        return packets > 0 && (!relays || clock.isDue(numbers, firstNanos, nowNanos));
    }

    long ntp(NtpClock own, long nowNanos) {
        return clock.ntp(numbers, own, nowNanos);
    }

    int timestamp(long nowNanos) {
        return clock.timestamp(numbers, nowNanos);
    }

    @Override
    public void onSenderReport(int source, long ntp, int rtpTimestamp, long nowNanos) {
        MediaSession owner = session;
        if (owner != null && owner.output().isHere()) {
            clock.onSenderReport(source, ntp, rtpTimestamp, numbers, nowNanos);
        } else if (owner != null) {
            owner.output().execute(() -> clock.onSenderReport(source, ntp, rtpTimestamp, numbers, nowNanos));
        }
    }

    /** Says whom to ask for a picture that stands by itself. */
    public void keyframes(@Nullable Runnable source) {
        keyframes = source;
    }

    void onKeyframeRequest() {
        Runnable source = keyframes;
        if (source != null) {
            source.run();
        }
    }

    /** Sends nothing more, and says so to the peer. */
    public void stop() {
        stopped = true;
        MediaSession owner = session;
        if (owner != null) {
            owner.output().execute(() -> owner.bye(this));
        }
    }

    /** Takes a packet of the track, on any thread. */
    @Override
    public void onPacket(RtpPacket packet) {
        MediaSession owner = session;
        if (owner == null || stopped || !active) {
            return;
        }
        if (owner.output().isHere()) {
            owner.send(this, packet);
            return;
        }
        int length = packet.headerLength() + packet.payloadLength();
        ByteBuffer copy = ByteBuffer.allocate(length);
        copy.put(0, packet.buffer(), packet.offset(), length);
        copy.put(0, (byte) (copy.get(0) & ~0x20)); // padding stays behind
        RtpFormat what = packet.format();
        RtpPacket later = new RtpPacket();
        if (later.wrap(copy, 0, length, what, packet.arrivedNanos())) {
            later.extensions(packet.audioLevelId(), packet.orientationId());
            owner.output().execute(() -> owner.send(this, later));
        }
    }

    /** Returns a mid as packets carry it. */
    byte[] mid(String of) {
        if (!of.equals(mid)) {
            mid = of;
            midBytes = of.getBytes(StandardCharsets.US_ASCII);
        }
        return midBytes;
    }

    /** Returns the payload type of a format, or -1 when the peer does not take it. */
    int payloadType(RtpFormat what, MediaPlan.Line line) {
        if (what != format) {
            format = what;
            payloadType = NONE;
            for (RtpFormat each : line.sends()) {
                if (payloadType == NONE && RtpCapabilities.same(each, what)) {
                    payloadType = each.payloadType();
                    numbers.clockRate(each.clockRate());
                }
            }
        }
        return payloadType;
    }
}
