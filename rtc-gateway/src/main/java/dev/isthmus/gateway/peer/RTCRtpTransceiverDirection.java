package dev.isthmus.gateway.peer;

import java.util.Locale;

/** Who sends (webrtc-pc, section 5.4). */
public enum RTCRtpTransceiverDirection {
    /** Both sides. */
    SENDRECV,
    /** This side. */
    SENDONLY,
    /** The peer. */
    RECVONLY,
    /** Nobody. */
    INACTIVE,
    /** Nobody, for good. */
    STOPPED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
