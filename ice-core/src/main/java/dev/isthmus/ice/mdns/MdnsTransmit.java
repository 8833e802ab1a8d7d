package dev.isthmus.ice.mdns;

import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * A message that is to be sent.
 *
 * @param to the asker, or null for the multicast groups
 * @param bytes the whole message; belongs to the receiver
 */
public record MdnsTransmit(@Nullable TransportAddress to, byte[] bytes) {}
