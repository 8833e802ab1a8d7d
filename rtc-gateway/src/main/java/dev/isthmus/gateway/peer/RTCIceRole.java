package dev.isthmus.gateway.peer;

import java.util.Locale;

/** Who selects the pair (webrtc-pc, section 5.6; RFC 8445, section 6.1.1). */
public enum RTCIceRole {
    /** It is not decided yet. */
    UNKNOWN,
    /** This side. */
    CONTROLLING,
    /** The peer. */
    CONTROLLED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
