package dev.isthmus.gateway.peer;

import java.util.Locale;

/** The state of a DTLS transport (webrtc-pc, section 5.5). */
public enum RTCDtlsTransportState {
    /** The handshake has not begun. */
    NEW,
    /** The handshake is under way. */
    CONNECTING,
    /** The handshake is done and the peer has a certificate that was signalled. */
    CONNECTED,
    /** Either side has ended it. */
    CLOSED,
    /** The handshake failed, or an error ended it. */
    FAILED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
