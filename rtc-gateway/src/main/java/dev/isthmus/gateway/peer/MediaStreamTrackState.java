package dev.isthmus.gateway.peer;

import java.util.Locale;

/** Whether a track still has a source (mediacapture-streams, section 4.3.1). */
public enum MediaStreamTrackState {
    /** It has. */
    LIVE,
    /** It has none any more, for good. */
    ENDED;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
