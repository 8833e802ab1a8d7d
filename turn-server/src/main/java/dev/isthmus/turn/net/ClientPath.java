package dev.isthmus.turn.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.UdpPort;
import java.nio.ByteBuffer;

/** The way to a client: a UDP listener that all share, or a connection of its own. */
interface ClientPath {
    /**
     * Sends a message of the server's. What is data may be lost when the client is slow to read; what answers it may not.
     *
     * @param traffic DSCP and ECN bits, where the way has datagrams
     */
    void send(AddressKey client, ByteBuffer bytes, int offset, int length, int traffic);

    /** An allocation has this way to its client from now on. */
    default void opened() {}

    /** The allocation has ended, or its client has moved. */
    default void closed() {}

    /** A UDP listener. */
    record Udp(UdpPort port) implements ClientPath {
        @Override
        public void send(AddressKey client, ByteBuffer bytes, int offset, int length, int traffic) {
            port.send(client, bytes, offset, length, traffic);
        }
    }
}
