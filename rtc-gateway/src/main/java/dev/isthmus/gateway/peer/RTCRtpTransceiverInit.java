package dev.isthmus.gateway.peer;

import java.util.List;

/**
 * How a transceiver begins (webrtc-pc, section 5.1).
 *
 * @param direction who is to send
 * @param streams that the peer is to put the track into
 * @param sendEncodings what is sent side by side; empty for one without restrictions
 */
public record RTCRtpTransceiverInit(RTCRtpTransceiverDirection direction, List<MediaStream> streams,
        List<RTCRtpEncodingParameters> sendEncodings) {
    /** Both ways, no streams, one encoding. */
    public static final RTCRtpTransceiverInit DEFAULT = new RTCRtpTransceiverInit(RTCRtpTransceiverDirection.SENDRECV, List.of(),
            List.of());

    /** Copies the lists. */
    public RTCRtpTransceiverInit {
        streams = List.copyOf(streams);
        sendEncodings = List.copyOf(sendEncodings);
    }

    /** Returns the default with that direction. */
    public static RTCRtpTransceiverInit of(RTCRtpTransceiverDirection direction) {
        return new RTCRtpTransceiverInit(direction, List.of(), List.of());
    }
}
