package dev.isthmus.gateway.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A media port of a loop: the socket that all its sessions share, and the address that clients are told. */
final class MediaPort {
    private final UdpPort socket;
    private final TransportAddress advertised;
    private final Loop loop;
    private final LinkTable links;
    private final AddressKey linkKey = new AddressKey();

    MediaPort(UdpPort socket, TransportAddress advertised, Loop loop, LinkTable links) {
        this.socket = socket;
        this.advertised = advertised;
        this.loop = loop;
        this.links = links;
    }

    TransportAddress bound() {
        return socket.local();
    }

    TransportAddress advertised() {
        return advertised;
    }

    UdpPort socket() {
        return socket;
    }

    /** Returns the in-memory sink of a destination, or null when it is reached through the socket. */
    LinkTable.@Nullable Sink sink(TransportAddress destination) {
        return links.find(destination);
    }

    /** Sends into a sink, or from the socket when there is none. */
    void send(LinkTable.@Nullable Sink sink, AddressKey to, ByteBuffer buffer, int offset, int length) {
        if (sink == null || !sink.isOpen()) {
            socket.send(to, buffer, offset, length);
            return;
        }
        linkKey.setReversed(to);
        linkKey.setRemote(advertised);
        sink.deliver(loop, linkKey, buffer, offset, length);
    }
}
