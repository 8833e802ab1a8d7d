package dev.isthmus.ice.net;

/** Takes datagrams in, on the loop that owns it. */
@FunctionalInterface
public interface DatagramHandler {
    /** Takes one datagram; it may be read and changed only until this method returns. */
    void onDatagram(Datagram datagram, long nowNanos);

    /** Takes an ICMP error about a datagram that was sent, on a port that asks for them; it may be read only until this method returns. */
    default void onIcmp(IcmpError error, long nowNanos) {}

    /** Returns whether {@link #onUnreachable} is to be called, on a port that asks for errors. */
    default boolean watchesRoutes() {
        return false;
    }

    /** This host has no way to there (EHOSTUNREACH, ENETUNREACH), on a port that asks for errors. */
    default void onUnreachable(TransportAddress local, TransportAddress remote, long nowNanos) {}
}
