package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.rtp.RtpSink;
import org.jspecify.annotations.Nullable;

/** The receiving end of a transceiver: the sources that a peer sends for it come together here. */
public final class MediaReceiver {
    private final String kind;
    private final RtpSink sink;
    private volatile @Nullable MediaSession session;
    private volatile boolean stopped;
    /** Whether it was told that media has come, since it was last silent. */
    boolean told;

    /** Creates a receiver that hands packets to a sink. */
    public MediaReceiver(String kind, RtpSink sink) {
        this.kind = kind;
        this.sink = sink;
    }

    /** Returns audio or video. */
    public String kind() {
        return kind;
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

    void deliver(RtpPacket packet) {
        if (!stopped) {
            sink.onPacket(packet);
        }
    }

    /** Asks the peer for a picture that stands by itself; from any thread. */
    public void requestKeyframe() {
        MediaSession owner = session;
        if (owner != null) {
            owner.output().execute(() -> owner.requestKeyframe(this));
        }
    }

    /** Hands on nothing more. */
    public void stop() {
        stopped = true;
    }
}
