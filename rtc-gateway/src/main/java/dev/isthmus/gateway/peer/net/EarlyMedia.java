package dev.isthmus.gateway.peer.net;

import dev.isthmus.ice.session.net.LiveSession;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Media that came while the handshake was ending: a peer that has its keys sends the start of its first picture at once, and nobody would ask for
 * that again before it is missed. It is kept as it came and looked at when there are keys.
 */
final class EarlyMedia {
    private static final int MOST = 64;

    private record Packet(int component, ByteBuffer bytes) {}

    private final Deque<Packet> packets = new ArrayDeque<>(0);

    /** Keeps a packet; returns false when there are too many. */
    boolean keep(int component, ByteBuffer buffer, int offset, int length) {
        if (packets.size() >= MOST) {
            return false;
        }
        packets.add(new Packet(component, ByteBuffer.allocate(length).put(0, buffer, offset, length)));
        return true;
    }

    /** A component has its keys: hands over what was kept of it. */
    void release(int component, LiveSession.Listener to) {
        List<Packet> kept = List.copyOf(packets);
        packets.clear();
        for (Packet each : kept) {
            if (each.component() == component) {
                to.onData(component, each.bytes(), 0, each.bytes().capacity());
            } else {
                packets.add(each);
            }
        }
    }

    void forget() {
        packets.clear();
    }
}
