package dev.isthmus.gateway.peer;

import java.util.Locale;

/** The state of all ICE transports together (webrtc-pc, section 4.3.4). */
public enum RTCIceConnectionState {
    /** The connection is closed. */
    CLOSED,
    /** A transport has failed. */
    FAILED,
    /** A transport does not answer for the moment. */
    DISCONNECTED,
    /** Every transport is new, or there is none. */
    NEW,
    /** A transport is new or checking. */
    CHECKING,
    /** Every transport has finished. */
    COMPLETED,
    /** Every transport has a usable pair. */
    CONNECTED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
