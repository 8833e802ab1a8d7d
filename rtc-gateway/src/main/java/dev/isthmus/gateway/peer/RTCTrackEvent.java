package dev.isthmus.gateway.peer;

import java.util.List;

/** The peer sends a track (webrtc-pc, section 5.7). */
public final class RTCTrackEvent extends Event {
    private final RTCRtpTransceiver transceiver;
    private final List<MediaStream> streams;

    RTCTrackEvent(RTCRtpTransceiver transceiver, List<MediaStream> streams) {
        super("track");
        this.transceiver = transceiver;
        this.streams = List.copyOf(streams);
    }

    /** Returns the receiver. */
    public RTCRtpReceiver getReceiver() {
        return transceiver.getReceiver();
    }

    /** Returns the track. */
    public MediaStreamTrack getTrack() {
        return transceiver.getReceiver().getTrack();
    }

    /** Returns the streams that the track belongs to. */
    public List<MediaStream> getStreams() {
        return streams;
    }

    /** Returns the transceiver. */
    public RTCRtpTransceiver getTransceiver() {
        return transceiver;
    }
}
