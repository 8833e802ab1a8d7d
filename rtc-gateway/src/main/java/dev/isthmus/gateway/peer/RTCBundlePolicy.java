package dev.isthmus.gateway.peer;

import java.util.Locale;

/** Which transports are offered to a peer that may not know BUNDLE (webrtc-pc, section 4.2.4; RFC 9429, section 4.1.1). */
public enum RTCBundlePolicy {
    /** One for each kind of media. */
    BALANCED,
    /** One for each media description. */
    MAX_COMPAT,
    /** A single one. */
    MAX_BUNDLE;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
