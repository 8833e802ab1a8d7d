package dev.isthmus.ice.net;

/**
 * A view of one ICMP error about a datagram that a port has sent. Valid only during the call that hands it over; the same object serves the
 * next one.
 */
public final class IcmpError {
    /** Destination unreachable, in IPv4 and IPv6. */
    private static final int UNREACHABLE = 3;
    private static final int UNREACHABLE6 = 1;
    private static final int NEEDS_FRAGMENTS = 4;
    private final AddressKey key = new AddressKey();
    private int type;
    private int code;
    private int mtu;

    /** Returns an error that did not come from a socket. */
    public static IcmpError of(AddressKey flow, int type, int code, int mtu) {
        IcmpError error = new IcmpError();
        error.key.set(flow);
        return error.set(type, code, mtu);
    }

    IcmpError set(int newType, int newCode, int newMtu) {
        type = newType;
        code = newCode;
        mtu = newMtu;
        return this;
    }

    /** Returns the flow that the datagram went: local is our port, remote is where it should have gone. */
    public AddressKey key() {
        return key;
    }

    /** Returns whether nothing arrives there, for whatever reason; a datagram that was too long is another matter. */
    public boolean isUnreachable() {
        return key.ipv4() ? type == UNREACHABLE && code != NEEDS_FRAGMENTS : type == UNREACHABLE6;
    }

    /** Returns the ICMP or ICMPv6 type, as the flow's family says. */
    public int type() {
        return type;
    }

    /** Returns the code. */
    public int code() {
        return code;
    }

    /** Returns the MTU of the next hop for "fragmentation needed" and "packet too big", else 0. */
    public int mtu() {
        return mtu;
    }
}
