package dev.isthmus.gateway.peer;

import java.util.Locale;

/** What a candidate is for (webrtc-pc, section 5.6). */
public enum RTCIceComponent {
    /** Media, and RTCP where it is multiplexed. */
    RTP,
    /** RTCP with a port of its own. */
    RTCP;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
