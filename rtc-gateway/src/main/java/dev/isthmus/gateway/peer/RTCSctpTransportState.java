package dev.isthmus.gateway.peer;

import java.util.Locale;

/** How far the association of the data channels is (webrtc-pc, section 6.1.2). */
public enum RTCSctpTransportState {
    /** It is being made. */
    CONNECTING,
    /** It is there. */
    CONNECTED,
    /** It is over. */
    CLOSED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
