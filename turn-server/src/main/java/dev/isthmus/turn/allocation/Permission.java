package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.TransportAddress;

/** That a peer's IP address, with any port, may send to the client (RFC 8656, section 9). */
public final class Permission {
    private final TransportAddress host;
    private long expires;

    Permission(TransportAddress host, long expires) {
        this.host = host;
        this.expires = expires;
    }

    boolean covers(boolean ipv4, long high, long low) {
        return host.low() == low && host.high() == high && host.ipv4() == ipv4;
    }

    /** Returns the deadline in monotonic nanoseconds. */
    public long expires() {
        return expires;
    }

    void extend(long until) {
        expires = Math.max(expires, until);
    }
}
