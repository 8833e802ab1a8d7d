package dev.isthmus.gateway.peer;

import java.util.Locale;

/** What a description is (webrtc-pc, section 4.6.1). */
public enum RTCSdpType {
    /** An offer. */
    OFFER,
    /** An answer that another one follows. */
    PRANSWER,
    /** The answer that ends the exchange. */
    ANSWER,
    /** Back to the last stable state; it has no SDP. */
    ROLLBACK;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
