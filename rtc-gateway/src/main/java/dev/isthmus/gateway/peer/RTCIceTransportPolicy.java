package dev.isthmus.gateway.peer;

import java.util.Locale;

/** Which candidates are used (webrtc-pc, section 4.2.3; RFC 9429, section 3.5.3). */
public enum RTCIceTransportPolicy {
    /** Every candidate. */
    ALL,
    /** Those of TURN servers only. */
    RELAY,
    /** Those with public addresses only; a value of a draft of 2016. */
    @Deprecated
    PUBLIC;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
