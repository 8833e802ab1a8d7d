package dev.isthmus.ice.ice;

import dev.isthmus.ice.net.TransportAddress;

/**
 * A message that an agent wants sent.
 *
 * @param local the base of one of the agent's candidates, from which it must leave
 * @param remote where it goes
 * @param bytes the whole datagram; belongs to the receiver
 */
public record IceTransmit(TransportAddress local, TransportAddress remote, byte[] bytes) {}
