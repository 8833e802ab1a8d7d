package dev.isthmus.gateway.peer;

import java.util.Locale;

/** What went wrong, in detail (webrtc-pc, section 11.2). */
public enum RTCErrorDetailType {
    /** A data channel has failed. */
    DATA_CHANNEL_FAILURE,
    /** The handshake failed, or an alert ended it. */
    DTLS_FAILURE,
    /** The certificate is none that was signalled. */
    FINGERPRINT_FAILURE,
    /** The association of the data channels has failed. */
    SCTP_FAILURE,
    /** A description is malformed. */
    SDP_SYNTAX_ERROR,
    /** No encoder. */
    HARDWARE_ENCODER_NOT_AVAILABLE,
    /** The encoder has failed. */
    HARDWARE_ENCODER_ERROR;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
