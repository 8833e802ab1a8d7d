package dev.isthmus.turn.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.FlowMap;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one loop whose allocation stayed on another loop when they moved (RFC 8016): the kernel gives their packets to the loop of
 * their new address, and they go from there to the allocation's loop and back over the rings.
 */
final class MovedClients {
    private final TurnLoop here;
    private final FlowMap<Way> ways = new FlowMap<>();

    MovedClients(TurnLoop here) {
        this.here = here;
    }

    /** The way to one client, as the loop that has its allocation sees it. */
    static final class Way implements ClientPath {
        private final TurnLoop from;
        private final TurnLoop home;
        private final AddressKey client;
        private final ClientPath path;
        /** Allocations that have this way to their client: two when it is a dual one. */
        private int users;
        /** Runs on the home loop. */
        private final DatagramHandler inward = (datagram, now) -> deliver(datagram, now);
        /** Runs on the client's loop. */
        private final DatagramHandler outward;

        Way(TurnLoop from, TurnLoop home, AddressKey client, ClientPath path) {
            this.from = from;
            this.home = home;
            this.client = client.copy();
            this.path = path;
            this.outward = (datagram, now) -> path.send(this.client, datagram.buffer(), datagram.offset(), datagram.length(), 0);
        }

        private void deliver(Datagram datagram, long nowNanos) {
            home.onMessage(datagram, this, nowNanos);
        }

        /** From the client's loop. */
        void toHome(Datagram datagram) {
            from.loop().handOver(home.loop(), inward, client, datagram.buffer(), datagram.offset(), datagram.length());
        }

        /** From the home loop. */
        @Override
        public void send(AddressKey to, ByteBuffer bytes, int offset, int length, int traffic) {
            home.loop().handOver(from.loop(), outward, client, bytes, offset, length);
        }

        /** From the home loop. */
        @Override
        public void pause(long nanos) {
            from.loop().execute(() -> path.pause(nanos));
        }

        /** The client's packets take this way from now on. */
        @Override
        public void opened() {
            if (users++ == 0) {
                from.loop().execute(() -> from.moved().ways.put(client, this));
            }
        }

        @Override
        public void closed() {
            if (--users == 0) {
                from.loop().execute(() -> from.moved().ways.remove(client, this));
            }
        }
    }

    /** Hands a message to the loop that has the allocation of its sender; false when that is this one. */
    boolean forward(Datagram message) {
        Way way = find(message.key());
        if (way != null) {
            way.toHome(message);
        }
        return way != null;
    }

    boolean has(AddressKey client) {
        return find(client) != null;
    }

    private @Nullable Way find(AddressKey client) {
        return ways.size() == 0 ? null : ways.get(client);
    }

    /** Hands a message to another loop, whose allocation it speaks of. */
    void introduce(Datagram message, ClientPath path, TurnLoop home) {
        new Way(here, home, message.key(), path).toHome(message);
    }

    /** The connection of a client that has moved is closed. */
    void disconnected(AddressKey client) {
        Way way = find(client);
        if (way != null) {
            ways.remove(client, way);
            way.home.loop().execute(() -> way.home.onDisconnected(way.client));
        }
    }
}
