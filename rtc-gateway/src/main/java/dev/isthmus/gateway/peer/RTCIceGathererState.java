package dev.isthmus.gateway.peer;

import java.util.Locale;

/** How far an ICE transport is with gathering (webrtc-pc, section 5.6). */
public enum RTCIceGathererState {
    /** It has not begun. */
    NEW,
    /** It gathers. */
    GATHERING,
    /** It has told all candidates. */
    COMPLETE;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
