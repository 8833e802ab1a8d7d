package dev.isthmus.ice.session.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A socket that the sessions of a loop share: its address as peers are told it, and the way past it to addresses of this process. */
final class SharedPort {
    /**
     * How one is opened.
     *
     * @param bind where
     * @param advertise the address that peers are told; the port is the socket's
     * @param component 1, or 2 for RTCP with a port of its own
     * @param links which addresses are reached in memory, and where this one is entered
     */
    record Setup(TransportAddress bind, TransportAddress advertise, int component, LinkTable links) {}

    private static final UdpPort.Options OPTIONS = new UdpPort.Options(false, 4 << 20, 4 << 20, false).withErrors(true);
    private final Loop loop;
    private final LinkTable links;
    private final int component;
    private final UdpPort socket;
    private final TransportAddress advertised;
    private final AddressKey linkKey = new AddressKey();

    SharedPort(Loop loop, Setup setup, DatagramHandler handler) throws PortException {
        this.loop = loop;
        this.links = setup.links();
        this.component = setup.component();
        this.socket = UdpPort.bind(loop, setup.bind(), OPTIONS, handler);
        this.advertised = setup.advertise().withPort(socket.local().port());
        links.add(advertised, loop, (datagram, now) -> onLink(datagram, handler, now));
    }

    /** Over the link a packet is for the advertised address; sessions know the socket's. */
    private void onLink(Datagram datagram, DatagramHandler handler, long nowNanos) {
        TransportAddress bound = socket.local();
        datagram.key().setLocal(bound.ipv4(), bound.high(), bound.low(), bound.port());
        handler.onDatagram(datagram, nowNanos);
    }

    int component() {
        return component;
    }

    UdpPort socket() {
        return socket;
    }

    TransportAddress advertised() {
        return advertised;
    }

    /** Returns the sink of a destination in this process, or null when it is reached through the socket. */
    LinkTable.@Nullable Sink sink(TransportAddress destination) {
        return links.find(destination);
    }

    void deliver(LinkTable.Sink sink, AddressKey to, ByteBuffer buffer, int offset, int length) {
        linkKey.setReversed(to);
        linkKey.setRemote(advertised);
        sink.deliver(loop, linkKey, buffer, offset, length);
    }

    void close() {
        links.remove(advertised);
        socket.close();
    }
}
