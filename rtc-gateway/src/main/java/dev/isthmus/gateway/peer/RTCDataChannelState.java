package dev.isthmus.gateway.peer;

import java.util.Locale;

/** How far a data channel is (webrtc-pc, section 6.2). */
public enum RTCDataChannelState {
    /** It is not there yet. */
    CONNECTING,
    /** Messages can be sent. */
    OPEN,
    /** It ends when what waits was sent. */
    CLOSING,
    /** It is over, or never was. */
    CLOSED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
