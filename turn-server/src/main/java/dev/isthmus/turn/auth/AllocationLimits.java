package dev.isthmus.turn.auth;

/**
 * What one allocation may hold.
 *
 * @param permissions peers' hosts that may be reached at one time
 * @param channels channels bound at one time
 * @param connections TCP connections with peers at one time (RFC 6062)
 * @param pending of these, how many may wait for the peer or for the client's ConnectionBind
 */
public record AllocationLimits(int permissions, int channels, int connections, int pending) {
    /** More would be a client that uses us for something else than media. */
    public static final AllocationLimits DEFAULT = new AllocationLimits(64, 128, 64, 8);
}
