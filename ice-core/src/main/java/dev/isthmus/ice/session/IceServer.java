package dev.isthmus.ice.session;

import dev.isthmus.ice.net.TransportAddress;

/**
 * A STUN or TURN server that candidates are asked of.
 *
 * @param url as the application wrote it, which errors name
 * @param kind what it is asked for
 * @param address where it is
 * @param username of a TURN server; empty for STUN
 * @param password of a TURN server; empty for STUN
 */
public record IceServer(String url, Kind kind, TransportAddress address, String username, String password) {
    /** What a server is asked for, and how it is reached. */
    public enum Kind {
        /** Server-reflexive candidates, over UDP. */
        STUN,
        /** Relayed candidates, by datagrams. */
        TURN_UDP,
        /** Relayed candidates, over a connection without TLS. */
        TURN_TCP,
        /** Relayed candidates, over TLS. */
        TURN_TLS,
        /** Relayed candidates, over DTLS. */
        TURN_DTLS;

        /** Returns whether it is reached by a connection that the owner makes. */
        public boolean connects() {
            return this == TURN_TCP || this == TURN_TLS || this == TURN_DTLS;
        }
    }

    /** Returns a STUN server. */
    public static IceServer stun(String url, TransportAddress address) {
        return new IceServer(url, Kind.STUN, address, "", "");
    }

    /** Returns whether it is that server, whoever asks it. */
    boolean isSameAs(IceServer other) {
        return kind == other.kind && address.equals(other.address);
    }

    @Override
    public String toString() {
        return "IceServer[" + url + "]"; // the password is nobody's business
    }
}
