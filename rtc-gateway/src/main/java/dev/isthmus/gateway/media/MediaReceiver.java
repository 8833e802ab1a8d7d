package dev.isthmus.gateway.media;

import java.util.List;
import java.util.ArrayList;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.rtp.RtpSink;
import org.jspecify.annotations.Nullable;

/** The receiving end of a transceiver: the sources that a peer sends for it come together here. */
public final class MediaReceiver {
    private static final int MOST_FORMER = 8;
    private final boolean video;
    private final RtpSink sink;
    private final RecentSources sources = new RecentSources();
    private volatile @Nullable MediaSession session;
    private volatile boolean stopped;
    /** Streams that are over, the latest last. */
    private final List<MediaReport.Incoming> former = new ArrayList<>();
    /** Whether it was told that media has come, since it was last silent. */
    boolean told;

    /** Creates a receiver that hands packets to a sink. */
    public MediaReceiver(String kind, RtpSink sink) {
        this.video = kind.equals("video");
        this.sink = sink;
    }

    boolean isVideo() {
        return video;
    }

    synchronized void attach(MediaSession owner) {
        session = owner;
    }

    /** Belongs to that session no more; another one on another loop may have it already. */
    synchronized void detach(MediaSession owner) {
        if (session == owner) {
            session = null;
        }
    }

    /** A stream is over; what was counted of it stays, as long as there are not too many of them. */
    void remember(MediaReport.@Nullable Incoming stream) {
        if (stream != null) {
            former.removeIf(f -> f.ssrc() == stream.ssrc());
            former.add(stream);
            if (former.size() > MOST_FORMER) {
                former.remove(0);
            }
        }
    }

    /** A stream that was over goes on: returns what was counted of it, or null. */
    MediaReport.@Nullable Incoming recall(int ssrc) {
        MediaReport.Incoming found = former.stream().filter(f -> f.ssrc() == ssrc).findFirst().orElse(null);
        former.remove(found);
        return found;
    }

    List<MediaReport.Incoming> former() {
        return former;
    }

    /** Returns what it has heard lately. */
    public RecentSources sources() {
        return sources;
    }

    void deliver(RtpPacket packet) {
        if (!stopped) {
            sources.onPacket(packet);
            sink.onPacket(packet);
        }
    }

    void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long nowNanos) {
        if (!stopped) {
            sink.onSenderReport(ssrc, ntp, rtpTimestamp, nowNanos);
        }
    }

    /** Asks the peer for a picture that stands by itself; from any thread. */
    public void requestKeyframe() {
        MediaSession owner = session;
        if (owner != null && owner.output().isHere()) {
            owner.requestKeyframe(this);
        } else if (owner != null) {
            owner.output().execute(() -> owner.requestKeyframe(this));
        }
    }

    /** Hands on nothing more. */
    public void stop() {
        stopped = true;
    }
}
