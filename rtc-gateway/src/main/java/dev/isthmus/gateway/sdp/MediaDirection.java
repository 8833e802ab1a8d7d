package dev.isthmus.gateway.sdp;

import java.util.Locale;

/** Who sends in a media description (RFC 8866, section 6.7). */
public enum MediaDirection {
    /** Both. */
    SENDRECV(true, true),
    /** The writer. */
    SENDONLY(true, false),
    /** The reader. */
    RECVONLY(false, true),
    /** Nobody. */
    INACTIVE(false, false);

    private final boolean sends;
    private final boolean receives;

    MediaDirection(boolean sends, boolean receives) {
        this.sends = sends;
        this.receives = receives;
    }

    /** Returns the direction in which a side sends or not, and receives or not. */
    public static MediaDirection of(boolean sends, boolean receives) {
        return sends ? receives ? SENDRECV : SENDONLY : receives ? RECVONLY : INACTIVE;
    }

    static MediaDirection of(SessionDescription session, SdpMedia media) {
        for (MediaDirection direction : values()) {
            if (media.has(direction.toString())) {
                return direction;
            }
        }
        for (MediaDirection direction : values()) {
            if (session.value(direction.toString()) != null) {
                return direction;
            }
        }
        return SENDRECV;
    }

    /** Returns whether the writer sends. */
    public boolean sends() {
        return sends;
    }

    /** Returns whether the writer receives. */
    public boolean receives() {
        return receives;
    }

    /** Returns the same from the other side. */
    public MediaDirection reversed() {
        return of(receives, sends);
    }

    /** Returns what both of one side allow. */
    public MediaDirection and(MediaDirection other) {
        return of(sends && other.sends, receives && other.receives);
    }

    /** Returns the attribute's name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
