package dev.isthmus.gateway.bridge;

import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the messages of data channels go, each channel by a flow of its own.
 *
 * @param transport how the endpoint is reached
 * @param address where; null for {@link Transport#ECHO}
 * @param framing how messages are told apart in a stream of TCP
 * @param text whether what comes from the endpoint is text to the client, else bytes
 */
public record DataEndpoint(Transport transport, @Nullable TransportAddress address, Framing framing, boolean text) {
    /** How an endpoint is reached. */
    public enum Transport {
        /** A message is a datagram. */
        UDP,
        /** A connection for each channel. */
        TCP,
        /** It is the gateway, which sends everything back. */
        ECHO
    }

    /** How messages are told apart in a stream. */
    public enum Framing {
        /** Each comes after its length in four bytes, the highest first. */
        LENGTH,
        /** Each ends with a line feed, and has none. */
        LINE
    }

    /** The built-in one. */
    public static final DataEndpoint ECHO_ITSELF = new DataEndpoint(Transport.ECHO, null, Framing.LENGTH, false);
}
