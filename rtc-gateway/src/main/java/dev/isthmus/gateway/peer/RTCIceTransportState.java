package dev.isthmus.gateway.peer;

import java.util.Locale;

/** The state of an ICE transport (webrtc-pc, section 5.6). */
public enum RTCIceTransportState {
    /** It gathers, or waits for candidates of the peer. */
    NEW,
    /** It checks pairs and none works yet. */
    CHECKING,
    /** A pair works, and others may still be checked. */
    CONNECTED,
    /** Both sides have told all candidates, and one pair was selected. */
    COMPLETED,
    /** The selected pair does not answer for the moment. */
    DISCONNECTED,
    /** No pair works. */
    FAILED,
    /** It was shut down. */
    CLOSED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
