package dev.isthmus.turn.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.server.TurnReason;
import io.netty.channel.Channel;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** The connections of one loop: who may connect, and where their messages go. */
final class StreamClients {
    /**
     * What all loops share.
     *
     * @param connections how many there are
     * @param halfOpen how many of them are in their TLS handshake
     * @param handshakes where TLS handshakes do what takes long
     * @param unsent bytes of data that may wait for a slow client
     */
    record Shared(Connections connections, Connections halfOpen, Executor handshakes, int unsent) {}

    private final TurnLoop turn;
    private final Shared shared;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(StreamClient.scratchBytes());
    private final Datagram view = new Datagram();
    private final Map<AddressKey, StreamClient> open = new HashMap<>();

    StreamClients(TurnLoop turn, Shared shared) {
        this.turn = turn;
        this.shared = shared;
    }

    Loop loop() {
        return turn.loop();
    }

    Shared shared() {
        return shared;
    }

    ByteBuffer scratch() {
        return scratch;
    }

    boolean hasAllocation(AddressKey client) {
        return turn.hasAllocation(client);
    }

    void count(TurnReason reason) {
        turn.counters().count(reason);
    }

    void accept(Channel connection, StreamSetup setup) {
        TransportAddress remote = StreamClient.address((InetSocketAddress) connection.remoteAddress());
        if (setup.isProxy(remote)) {
            connection.pipeline().addLast(new HAProxyMessageDecoder(true), new ProxyHeader(this, setup));
        } else {
            admit(connection, setup, remote);
        }
    }

    /** Takes a connection of that client, as far as there may be one more. */
    void admit(Channel connection, StreamSetup setup, TransportAddress remote) {
        Connections.Place place = shared.connections().take(remote, this::count);
        if (place == null) {
            connection.close();
            return;
        }
        connection.closeFuture().addListener(closed -> place.close());
        count(TurnReason.CONNECTED);
        SslContext tls = setup.tls();
        if (tls == null) {
            add(connection, remote, AddressKey.Transport.TCP);
        } else {
            connection.pipeline().addLast(new FirstByte(this, setup, tls, remote));
        }
    }

    void add(Channel connection, TransportAddress remote, AddressKey.Transport transport) {
        StreamClient client = new StreamClient(this, connection, remote, transport);
        connection.pipeline().addLast(client);
        StreamClient before = open.put(client.key(), client);
        if (before != null) { // behind a proxy an address may come back before its old connection is closed; the two share nothing
            turn.onDisconnected(before.key());
            before.close();
        }
        client.accepted(loop().nowNanos());
    }

    void onMessage(StreamClient client, ByteBuffer buffer, int offset, int length, long nowNanos) {
        view.wrap(buffer, offset, length).key().set(client.key());
        turn.onMessage(view, client, nowNanos);
    }

    void closed(StreamClient client) {
        if (open.remove(client.key(), client)) {
            turn.onDisconnected(client.key());
        }
    }

    /** Closes every connection; on the loop's thread. */
    void close() {
        List.copyOf(open.values()).forEach(StreamClient::close);
    }
}
