package dev.isthmus.gateway.peer;

import java.util.Locale;

/** The state of all ICE and DTLS transports together (webrtc-pc, section 4.3.3). */
public enum RTCPeerConnectionState {
    /** The connection is closed. */
    CLOSED,
    /** An ICE or DTLS transport has failed. */
    FAILED,
    /** An ICE transport does not answer for the moment. */
    DISCONNECTED,
    /** Nothing has begun, or there are no transports. */
    NEW,
    /** Every transport is connected. */
    CONNECTED,
    /** None of the others. */
    CONNECTING;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
