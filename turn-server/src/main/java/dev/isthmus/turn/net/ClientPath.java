package dev.isthmus.turn.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.turn.auth.Lookups;
import java.nio.ByteBuffer;

/** The way to a client: a UDP listener that all share, or a connection of its own. */
interface ClientPath {
    /**
     * Sends a message of the server's. What is data may be lost when the client is slow to read; what answers it may not.
     *
     * @param traffic DSCP and ECN bits, where the way has datagrams
     */
    void send(AddressKey client, ByteBuffer bytes, int offset, int length, int traffic);

    /** Reads nothing more of the client for that long; where nothing can be held back, nothing happens. */
    default void pause(long nanos) {}

    /**
     * The message that was just handed over can be judged only when that is known. A connection of this loop holds it back until then; a
     * datagram is lost, and the client sends it again.
     */
    default void later(Lookups.Answer until) {}

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
