package dev.isthmus.turn.auth;

import dev.isthmus.ice.net.TransportAddress;

/** What counts as one source of clients. */
public final class Sources {
    private Sources() {}

    /** Returns a name for the source: an IPv4 address, or the /64 of an IPv6 one, since a host has a whole /64 to choose from. */
    public static String of(TransportAddress client) {
        return client.ipv4() ? client.host() : Long.toHexString(client.high());
    }
}
