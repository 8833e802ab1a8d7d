package dev.isthmus.gateway.peer;

import java.util.Locale;

/** Where the exchange of offer and answer stands (webrtc-pc, section 4.3.1; RFC 9429, section 3.2). */
public enum RTCSignalingState {
    /** No exchange is in progress. */
    STABLE,
    /** A local offer was applied. */
    HAVE_LOCAL_OFFER,
    /** A remote offer was applied. */
    HAVE_REMOTE_OFFER,
    /** A remote offer and a local provisional answer were applied. */
    HAVE_LOCAL_PRANSWER,
    /** A local offer and a remote provisional answer were applied. */
    HAVE_REMOTE_PRANSWER,
    /** The connection is closed. */
    CLOSED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
