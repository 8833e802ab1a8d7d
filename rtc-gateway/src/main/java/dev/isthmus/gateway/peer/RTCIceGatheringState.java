package dev.isthmus.gateway.peer;

import java.util.Locale;

/** How far the gathering of candidates is (webrtc-pc, section 4.3.2). */
public enum RTCIceGatheringState {
    /** No transport has begun. */
    NEW,
    /** Some transport is gathering. */
    GATHERING,
    /** All transports have gathered. */
    COMPLETE;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
