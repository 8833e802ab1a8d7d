package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.TransportAddress;

/**
 * One relay address with those of its ports that belong to one loop.
 *
 * @param address where relay sockets are opened
 * @param ports the free ports
 */
public record RelayPool(RelayAddress address, PortPool ports) {
    /** Returns whether clients are told an IPv4 address. */
    public boolean ipv4() {
        return address.advertise().ipv4();
    }

    /** Returns where the relay socket of a port is bound. */
    public TransportAddress bind(int port) {
        return address.bind().withPort(port);
    }

    /** Returns the relayed address that clients and peers are told. */
    public TransportAddress relayed(int port) {
        return address.advertise().withPort(port);
    }
}
