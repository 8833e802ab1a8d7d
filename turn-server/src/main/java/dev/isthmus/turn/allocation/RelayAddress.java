package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.TransportAddress;

/**
 * An address for relay sockets; ports do not matter.
 *
 * @param bind where they are bound
 * @param advertise the address that clients and peers are told; ports are equal
 */
public record RelayAddress(TransportAddress bind, TransportAddress advertise) {}
