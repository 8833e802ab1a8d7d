package dev.isthmus.ice.session.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How datagrams get from one of our bases to one address of a peer: in memory where that is an address of this process, else by the socket. */
final class DatagramWay {
    private final UdpPort socket;
    private final @Nullable SharedPort shared;
    private final TransportAddress base;
    private final TransportAddress remote;
    private final AddressKey key;
    private LinkTable.@Nullable Sink sink;

    DatagramWay(UdpPort socket, @Nullable SharedPort shared, TransportAddress base, TransportAddress remote) {
        this.socket = socket;
        this.shared = shared;
        this.base = base;
        this.remote = remote;
        this.key = AddressKey.of(base, remote);
        this.sink = shared == null ? null : shared.sink(remote);
    }

    boolean leads(TransportAddress from, TransportAddress to) {
        return from.equals(base) && to.equals(remote);
    }

    void send(ByteBuffer buffer, int offset, int length) {
        LinkTable.Sink inside = sink;
        if (shared == null || inside == null) {
            socket.send(key, buffer, offset, length);
        } else if (inside.isOpen()) {
            shared.deliver(inside, key, buffer, offset, length);
        } else {
            sink = shared.sink(remote);
            socket.send(key, buffer, offset, length);
        }
    }
}
