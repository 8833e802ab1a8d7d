package dev.isthmus.ice.session;

import dev.isthmus.ice.net.TransportAddress;

/**
 * A message that a session wants sent.
 *
 * @param local the base from which a datagram leaves; without meaning on a connection
 * @param remote where it goes
 * @param connection the connection that takes it, or -1 for a datagram
 * @param bytes the whole message; belongs to the receiver
 */
public record SessionTransmit(TransportAddress local, TransportAddress remote, int connection, byte[] bytes) {}
