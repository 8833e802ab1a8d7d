package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Where an application puts the RTP packets that a track of its own is to carry; used by one thread at a time. */
public final class RtpTrackSource {
    private final MediaStreamTrack track;
    private final RtpPacket packet = new RtpPacket();

    /**
     * Creates a source and its track.
     *
     * @param kind audio or video
     * @throws WebRtcException {@code TypeError} for any other kind
     */
    public RtpTrackSource(String kind) {
        this(kind, PeerNetwork.newId());
    }

    /** Creates a source and its track under an id. */
    public RtpTrackSource(String kind, String trackId) {
        this(kind, trackId, false);
    }

    /**
     * Creates a source and its track under an id.
     *
     * @param relayed whether the packets are somebody else's, whose sender reports are handed over with them ({@link #senderReport})
     */
    public RtpTrackSource(String kind, String trackId, boolean relayed) {
        if (!kind.equals("audio") && !kind.equals("video")) {
            throw WebRtcException.type("a track is of audio or video");
        }
        this.track = new MediaStreamTrack(kind, trackId, "rtp", false, relayed);
    }

    /**
     * Says for whom alone the content is, {@code user@domain}: it is sent to no peer that has not proved to be that one. With null it is for anybody.
     */
    public void setPeerIdentity(@Nullable String identity) {
        track.isolate(identity);
    }

    /** Returns the track. */
    public MediaStreamTrack track() {
        return track;
    }

    /**
     * Sends a packet: its payload, marker, and the steps of its sequence numbers and timestamps are taken; the numbers themselves, SSRC and payload
     * type are each sender's own. A sender that is not connected drops it.
     *
     * @param buffer which may be used anew when this returns
     * @param format what the payload is: its name, clock rate and parameters count, its payload type does not; a sender that has not negotiated such
     *     a format drops the packet, which is counted
     * @param nowNanos by the clock of {@link System#nanoTime}
     * @return false when the bytes are no RTP packet
     */
    public boolean send(ByteBuffer buffer, int offset, int length, RtpFormat format, long nowNanos) {
        Objects.checkFromIndexSize(offset, length, buffer.limit());
        if (!packet.wrap(buffer, offset, length, format, nowNanos)) {
            return false;
        }
        track.onPacket(packet);
        return true;
    }

    /** Tells the clock of the source: the NTP time that belongs to a timestamp of its packets (RFC 3550, section 6.4.1). */
    public void senderReport(int ssrc, long ntp, int rtpTimestamp, long nowNanos) {
        track.onSenderReport(ssrc, ntp, rtpTimestamp, nowNanos);
    }

    /** Says what is to be done when a receiver needs a picture that stands by itself. */
    public void setOnKeyframeRequest(@Nullable Consumer<MediaStreamTrack> handler) {
        track.onKeyframeRequest(handler);
    }

    /**
     * Says what is to be done when it becomes known how much a sender of the track may send, in bit/s: what a transport carries, for all that it
     * sends. Called on an event loop.
     */
    public void setOnTargetBitrate(@Nullable LongConsumer handler) {
        track.onBitrate(handler);
    }

    /** Ends the track for all who have it. */
    public void end() {
        track.end();
    }
}
