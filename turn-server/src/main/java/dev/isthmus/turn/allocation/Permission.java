package dev.isthmus.turn.allocation;

/** That a peer's IP address may send to the client (RFC 8656, section 9). */
public final class Permission {
    private long expires;

    Permission(long expires) {
        this.expires = expires;
    }

    /** Returns the deadline in monotonic nanoseconds. */
    public long expires() {
        return expires;
    }

    void extend(long until) {
        expires = Math.max(expires, until);
    }
}
