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
    HARDWARE_ENCODER_ERROR,
    /** A provider of identities does not do what one does (webrtc-identity, section 5.10, as the following). */
    IDP_BAD_SCRIPT_FAILURE,
    /** A provider of identities has failed at its work. */
    IDP_EXECUTION_FAILURE,
    /** There is no such provider of identities, or it cannot be had. */
    IDP_LOAD_FAILURE,
    /** The user is to log in first. */
    IDP_NEED_LOGIN,
    /** The provider of identities has taken too long. */
    IDP_TIMEOUT,
    /** The certificate of the provider of identities is not trusted. */
    IDP_TLS_FAILURE,
    /** The assertion of an identity is too old. */
    IDP_TOKEN_EXPIRED,
    /** The assertion of an identity is none, or not of whom it says. */
    IDP_TOKEN_INVALID;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
