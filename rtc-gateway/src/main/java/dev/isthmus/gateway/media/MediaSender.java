package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.rtp.RtpSink;
import dev.isthmus.ice.time.RandomSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The sending end of a transceiver: what its track gives leaves as one stream for each encoding, whatever sources it comes from. */
public final class MediaSender implements RtpSink {
    /** An encoding: its name, empty when it is the only one, and whether it is sent. */
    public record Encoding(String rid, boolean active) {}

    private final boolean video;
    private final RandomSource random;
    private volatile OutgoingStream[] streams;
    private volatile @Nullable MediaSession session;
    private volatile @Nullable Runnable keyframes;
    private volatile @Nullable LongConsumer bitrates;
    private volatile boolean stopped;
    private volatile boolean relays;
    private volatile boolean withheld;
    /** Where it is sent; only on the session's thread. */
    @Nullable
    ActiveLine line;
    private final @Nullable SoundMeter sound;
    private final @Nullable PictureMeter pictures;

    /** Creates a sender whose stream has random numbers. */
    public MediaSender(String kind, RandomSource random) {
        this.video = kind.equals("video");
        this.random = random;
        this.sound = video ? null : new SoundMeter();
        this.pictures = video ? new PictureMeter() : null;
        this.streams = new OutgoingStream[]{new OutgoingStream(video, random)};
    }

    boolean isVideo() {
        return video;
    }

    OutgoingStream[] streams() {
        return streams;
    }

    /** A packet of its track has come. */
    void measure(RtpPacket packet) {
        SoundMeter heard = sound;
        PictureMeter seen = pictures;
        if (heard != null) {
            heard.onPacket(packet);
        } else if (seen != null) {
            seen.onPacket(packet);
        }
    }

    MediaReport.Source report(long nowNanos) {
        SoundMeter heard = sound;
        PictureMeter seen = pictures;
        return new MediaReport.Source(this, heard == null ? Double.NaN : heard.energy(), heard == null ? Double.NaN : heard.level(),
                heard == null ? 0 : heard.seconds(), seen == null ? 0 : seen.width(), seen == null ? 0 : seen.height(),
                seen == null ? 0 : seen.frames(), seen == null ? 0 : seen.perSecond(nowNanos));
    }

    /** Returns the SSRC of the first stream. */
    public int ssrc() {
        return streams[0].ssrc;
    }

    /** Returns the SSRC of what repairs the first stream. */
    public int repairSsrc() {
        return streams[0].repairSsrc;
    }

    /** Sends these encodings from now on; those that were there keep their numbers. */
    public synchronized void encodings(List<Encoding> wanted) {
        OutgoingStream[] next = new OutgoingStream[wanted.size()];
        OutgoingStream[] present = streams;
        for (int i = 0; i < next.length; i++) {
            Encoding each = wanted.get(i);
            OutgoingStream same = next.length == 1 ? present[0] : null;
            for (OutgoingStream stream : present) {
                same = stream.rid.equals(each.rid()) ? stream : same;
            }
            boolean taken = same == null;
            for (int j = 0; j < i; j++) {
                taken |= next[j] == same;
            }
            next[i] = taken || same == null ? new OutgoingStream(video, random) : same;
            next[i].rid(each.rid());
            next[i].active = each.active();
        }
        streams = next;
    }

    /** Sends by that session from now on. */
    synchronized void attach(MediaSession owner, ActiveLine by) {
        line = by;
        boolean anew = session != owner;
        session = owner;
        for (OutgoingStream each : streams) {
            if (anew) {
                each.begin();
            } else {
                each.renegotiated();
            }
        }
    }

    /** Belongs to that session no more; another one on another loop may have it already. */
    synchronized void detach(MediaSession owner) {
        if (session == owner) {
            session = null;
            line = null;
        }
    }

    /** Says whether its source is passed on from elsewhere, so that reports wait for that source's clock. */
    public void relays(boolean fromElsewhere) {
        relays = fromElsewhere;
    }

    boolean relays() {
        return relays;
    }

    /** Says whether nothing of the track may be sent for now. */
    public void withhold(boolean all) {
        withheld = all;
    }

    boolean isWithheld() {
        return withheld;
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

    /** Says whom to tell how much may be sent, in bit/s. */
    public void bitrates(@Nullable LongConsumer source) {
        bitrates = source;
    }

    void onBitrate(long bitsPerSecond) {
        LongConsumer source = bitrates;
        if (source != null) {
            source.accept(bitsPerSecond);
        }
    }

    /**
     * Sends a tone in place of the track's sound; from any thread.
     *
     * @param event as RFC 4733 numbers them
     */
    public void tone(int event, long durationNanos) {
        MediaSession owner = session;
        if (owner != null) {
            owner.output().execute(() -> owner.outgoing().tones().begin(this, event, durationNanos, owner.output().nowNanos()));
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

    @Override
    public void onSenderReport(int source, long ntp, int rtpTimestamp, long nowNanos) {
        MediaSession owner = session;
        if (owner != null && owner.output().isHere()) {
            tell(source, ntp, rtpTimestamp, nowNanos);
        } else if (owner != null) {
            owner.output().execute(() -> tell(source, ntp, rtpTimestamp, nowNanos));
        }
    }

    private void tell(int source, long ntp, int rtpTimestamp, long nowNanos) {
        for (OutgoingStream each : streams) {
            each.onSenderReport(source, ntp, rtpTimestamp, nowNanos);
        }
    }

    /** Takes a packet of the track, on any thread. */
    @Override
    public void onPacket(RtpPacket packet) {
        MediaSession owner = session;
        if (owner == null || stopped) {
            return;
        }
        if (owner.output().isHere()) {
            owner.outgoing().send(this, packet);
            return;
        }
        int length = packet.headerLength() + packet.payloadLength();
        ByteBuffer copy = ByteBuffer.allocate(length);
        copy.put(0, packet.buffer(), packet.offset(), length);
        copy.put(0, (byte) (copy.get(0) & ~0x20)); // padding stays behind
        RtpPacket later = new RtpPacket();
        if (later.wrap(copy, 0, length, packet.format(), packet.arrivedNanos())) {
            later.extensions(packet.audioLevelId(), packet.orientationId());
            later.encoding(packet.encoding());
            owner.output().execute(() -> owner.outgoing().send(this, later));
        }
    }
}
