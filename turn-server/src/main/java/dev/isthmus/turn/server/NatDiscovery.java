package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;

/**
 * The addresses of NAT behaviour discovery (RFC 5780): two hosts and two ports, all four of which are listened on.
 *
 * @param primary one of each
 * @param alternate the other of each, of the same address family
 */
public record NatDiscovery(TransportAddress primary, TransportAddress alternate) {
    /** CHANGE-REQUEST's bits (section 7.2). */
    static final int CHANGE_IP = 4;
    static final int CHANGE_PORT = 2;

    /** Returns whether a client's packets arrive at one of the four addresses. */
    boolean isAt(AddressKey client) {
        return client.isUdp() && client.ipv4() == primary.ipv4() && (isHost(client, primary) || isHost(client, alternate))
                && (client.localPort() == primary.port() || client.localPort() == alternate.port());
    }

    private static boolean isHost(AddressKey client, TransportAddress host) {
        return client.localLow() == host.low() && client.localHigh() == host.high();
    }

    /** Returns the address that differs in what the bits say from the one where the client's packets arrive. */
    TransportAddress other(AddressKey client, int change) {
        boolean primaryHost = isHost(client, primary) ^ (change & CHANGE_IP) != 0;
        boolean primaryPort = client.localPort() == primary.port() ^ (change & CHANGE_PORT) != 0;
        return (primaryHost ? primary : alternate).withPort((primaryPort ? primary : alternate).port());
    }
}
