package dev.isthmus.gateway.peer;

import java.util.Locale;

/** How much of what can be sent a data channel gets beside others (webrtc-priority, section 4; RFC 8831, section 6.4). */
public enum RTCPriorityType {
    /** Half as much as usual. */
    VERY_LOW(128),
    /** The usual. */
    LOW(256),
    /** Twice as much. */
    MEDIUM(512),
    /** Four times as much. */
    HIGH(1024);

    private final int weight;

    RTCPriorityType(int weight) {
        this.weight = weight;
    }

    int weight() {
        return weight;
    }

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
