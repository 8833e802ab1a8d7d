package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.rtp.RtpSink;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream of RTP packets (mediacapture-streams, section 4.3): of the peer, or of an {@link RtpTrackSource}. Sinks get its packets on the thread
 * that brings them, which for a track of the peer is an event loop: they return soon, and keep nothing of the packet.
 */
public final class MediaStreamTrack extends EventTarget implements RtpSink {
    private static final RtpSink[] NONE = {};
    /** An event for senders alone: for whom it is has changed, be it isolated before and after. */
    static final String ADDRESS = " address";
    private final String kind;
    private final String id;
    private final String label;
    private final boolean relayed;
    private volatile boolean enabled = true;
    private volatile @Nullable String peerIdentity;
    private volatile boolean muted;
    private volatile MediaStreamTrackState readyState = MediaStreamTrackState.LIVE;
    private volatile RtpSink[] sinks = NONE;
    private volatile @Nullable Consumer<MediaStreamTrack> keyframeRequests;
    private volatile @Nullable LongConsumer bitrates;

    /**
     * Creates a track.
     *
     * @param relayed whether its source is somebody else's, who tells its clock in sender reports
     */
    MediaStreamTrack(String kind, String id, String label, boolean muted, boolean relayed) {
        this.kind = kind;
        this.id = id;
        this.label = label;
        this.relayed = relayed;
        this.muted = muted;
    }

    /** Returns audio or video. */
    public String getKind() {
        return kind;
    }

    /** Returns the id. */
    public String getId() {
        return id;
    }

    /** Returns what its source is called. */
    public String getLabel() {
        return label;
    }

    /** Returns whether its packets are handed on. */
    public boolean isEnabled() {
        return enabled;
    }

    /** Says whether its packets are handed on. */
    public void setEnabled(boolean handedOn) {
        enabled = handedOn;
    }

    /** Returns whether its source has nothing to give for the moment. */
    public boolean isMuted() {
        return muted;
    }

    /** Returns whether its content is for one peer alone (webrtc-identity, section 6.2): it is sent to that one only, once it has proved to be so. */
    public boolean isIsolated() {
        return peerIdentity != null;
    }

    /** Returns for whom alone it is, or null. */
    @Nullable
    String peerIdentity() {
        return peerIdentity;
    }

    /** Says for whom alone it is, or with null that it is for anybody, and tells. */
    void isolate(@Nullable String identity) {
        boolean before = isIsolated();
        peerIdentity = identity;
        for (RtpSink each : sinks) {
            if (each instanceof MediaStreamTrack copy) {
                copy.isolate(identity);
            }
        }
        dispatchEvent(new Event(ADDRESS));
        if (before != isIsolated()) {
            dispatchEvent(new Event("isolationchange"));
        }
    }

    /** Returns whether it still has a source. */
    public MediaStreamTrackState getReadyState() {
        return readyState;
    }

    /** Ends it, for this side; no event tells of that. */
    public void stop() {
        readyState = MediaStreamTrackState.ENDED;
        sinks = NONE;
    }

    /** Returns another track of the same source, under another id. */
    public MediaStreamTrack clone(String newId) {
        MediaStreamTrack copy = new MediaStreamTrack(kind, newId, label, muted, relayed);
        copy.enabled = enabled;
        copy.peerIdentity = peerIdentity;
        copy.readyState = readyState;
        copy.keyframeRequests = keyframeRequests;
        copy.bitrates = bitrates;
        if (readyState == MediaStreamTrackState.LIVE) {
            addSink(copy);
        }
        return copy;
    }

    /** Returns another track of the same source. */
    public MediaStreamTrack duplicate() {
        return clone(PeerNetwork.newId());
    }

    /** Adds a sink. */
    public synchronized void addSink(RtpSink sink) {
        if (readyState == MediaStreamTrackState.LIVE) {
            RtpSink[] more = Arrays.copyOf(sinks, sinks.length + 1);
            more[sinks.length] = sink;
            sinks = more;
        }
    }

    /** Removes a sink. */
    public synchronized void removeSink(RtpSink sink) {
        sinks = Arrays.stream(sinks).filter(s -> s != sink).toArray(RtpSink[]::new);
    }

    /** Hands a packet of the source to the sinks. */
    @Override
    public void onPacket(RtpPacket packet) {
        if (enabled) {
            for (RtpSink sink : sinks) {
                sink.onPacket(packet);
            }
        }
    }

    @Override
    public void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long nowNanos) {
        for (RtpSink sink : sinks) {
            sink.onSenderReport(ssrc, ntp, rtpTimestamp, nowNanos);
        }
    }

    boolean isRelayed() {
        return relayed;
    }

    /** Asks the source for a picture that stands by itself; a source that cannot be asked does nothing. */
    public void requestKeyframe() {
        Consumer<MediaStreamTrack> source = keyframeRequests;
        if (source != null) {
            source.accept(this);
        }
    }

    void onKeyframeRequest(@Nullable Consumer<MediaStreamTrack> source) {
        keyframeRequests = source;
    }

    void onBitrate(@Nullable LongConsumer source) {
        bitrates = source;
    }

    /** Tells the source how much may be sent. */
    void tellBitrate(long bitsPerSecond) {
        LongConsumer source = bitrates;
        if (source != null) {
            source.accept(bitsPerSecond);
        }
    }

    /** Changes whether the source gives anything, and tells; on the connection's queue. */
    void mute(boolean nothing) {
        if (muted != nothing) {
            muted = nothing;
            dispatchEvent(new Event(nothing ? "mute" : "unmute"));
        }
    }

    /** The source has ended; on the connection's queue. */
    void end() {
        if (readyState != MediaStreamTrackState.ENDED) {
            stop();
            dispatchEvent(new Event("ended"));
        }
    }

    /** Sets the handler of {@code mute}. */
    public void setOnMute(@Nullable Consumer<? super Event> handler) {
        setHandler("mute", Event.class, handler);
    }

    /** Sets the handler of {@code unmute}. */
    public void setOnUnmute(@Nullable Consumer<? super Event> handler) {
        setHandler("unmute", Event.class, handler);
    }

    /** Sets the handler of {@code ended}. */
    public void setOnEnded(@Nullable Consumer<? super Event> handler) {
        setHandler("ended", Event.class, handler);
    }

    /** Sets the handler of {@code isolationchange}. */
    public void setOnIsolationchange(@Nullable Consumer<? super Event> handler) {
        setHandler("isolationchange", Event.class, handler);
    }
}
