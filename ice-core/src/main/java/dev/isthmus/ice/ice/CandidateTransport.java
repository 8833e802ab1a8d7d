package dev.isthmus.ice.ice;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a candidate is reached: by datagrams, or by a connection that one of the sides opens (RFC 6544, section 4.1). */
public enum CandidateTransport {
    UDP(0),
    /** Opens connections; its port means nothing. */
    TCP_ACTIVE(6),
    /** Takes connections. */
    TCP_PASSIVE(4),
    /** Opens and takes them at once; known from signalling only. */
    TCP_SO(2);

    private static final String PREFIX = "TCP_";
    private final int direction;

    CandidateTransport(int direction) {
        this.direction = direction;
    }

    /** Returns the transport of candidates that this one is paired with (RFC 6544, section 6.2). */
    public CandidateTransport counterpart() {
        return switch (this) {
            case UDP -> UDP;
            case TCP_ACTIVE -> TCP_PASSIVE;
            case TCP_PASSIVE -> TCP_ACTIVE;
            case TCP_SO -> TCP_SO;
        };
    }

    /** Returns whether it is a connection. */
    public boolean isTcp() {
        return this != UDP;
    }

    /** Returns the direction preference of host candidates (RFC 6544, section 4.2). */
    int direction() {
        return direction;
    }

    /** Returns the value of SDP's {@code tcptype}, or an empty text for UDP. */
    public String tcpType() {
        return isTcp() ? name().substring(PREFIX.length()).toLowerCase(Locale.ROOT) : "";
    }

    /** Returns the transport with that word of SDP and that {@code tcptype}, or null. */
    public static @Nullable CandidateTransport of(String transport, @Nullable String tcpType) {
        if (transport.equals("udp")) {
            return UDP;
        }
        for (CandidateTransport each : values()) {
            if (each.isTcp() && transport.equals("tcp") && each.tcpType().equals(tcpType)) {
                return each;
            }
        }
        return null;
    }
}
