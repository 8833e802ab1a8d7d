package dev.isthmus.gateway.peer;

import java.util.Locale;

/** Whether RTCP may have a port of its own (webrtc-pc, section 4.2.5; RFC 9429, section 4.1.1). */
public enum RTCRtcpMuxPolicy {
    /** It may not: a peer that does not multiplex is refused. */
    REQUIRE,
    /** It has one until the peer multiplexes. */
    NEGOTIATE;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
