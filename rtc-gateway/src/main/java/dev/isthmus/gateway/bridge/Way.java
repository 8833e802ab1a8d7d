package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.peer.RTCRtpTransceiverDirection;

/** How a client comes: which way media goes, as our answer says it. */
public enum Way {
    /** Both ways. */
    CALL("call", RTCRtpTransceiverDirection.SENDRECV),
    /** From the client (RFC 9725). */
    WHIP("whip", RTCRtpTransceiverDirection.RECVONLY),
    /** To the client (draft-ietf-wish-whep). */
    WHEP("whep", RTCRtpTransceiverDirection.SENDONLY);

    private final String path;
    private final RTCRtpTransceiverDirection direction;

    Way(String path, RTCRtpTransceiverDirection direction) {
        this.path = path;
        this.direction = direction;
    }

    /** Returns the first part of the resource's path. */
    public String path() {
        return path;
    }

    /** Returns the direction of what is answered. */
    public RTCRtpTransceiverDirection direction() {
        return direction;
    }
}
