package dev.isthmus.gateway.sctp;

import dev.isthmus.ice.time.Deadline;

/**
 * How a message is sent (RFC 8831, section 6.4).
 *
 * @param ordered whether it comes behind those that were sent before it on its stream
 * @param lifetimeNanos how long it is of use, or -1 for as long as it takes (RFC 3758)
 * @param mostRepeats how often it may be sent again, or -1 for as often as needed (RFC 7496)
 */
public record SendOptions(boolean ordered, long lifetimeNanos, int mostRepeats) {
    /** In order, and as long as it takes. */
    public static final SendOptions RELIABLE = new SendOptions(true, -1, -1);

    long expires(long nowNanos) {
        return lifetimeNanos < 0 ? Deadline.NONE : nowNanos + lifetimeNanos;
    }
}
