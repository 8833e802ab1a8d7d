package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.RandomSource;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Every TCP connection with a peer by its id: a ConnectionBind may come to another loop than the one that has the allocation. */
public final class PeerConnections {
    private final ConcurrentHashMap<Integer, PeerConnection> byId = new ConcurrentHashMap<>();

    /** Makes a connection with an id that nobody can guess. */
    public PeerConnection make(Allocation allocation, TransportAddress peer, PeerConnection.State state, long deadline,
            RandomSource random) {
        while (true) {
            PeerConnection fresh = new PeerConnection(random.nextInt(), allocation, peer, state, deadline);
            if (byId.putIfAbsent(fresh.id(), fresh) == null) {
                allocation.extras().connections().add(fresh);
                return fresh;
            }
        }
    }

    /** Returns the connection of an id, or null. */
    public @Nullable PeerConnection find(int id) {
        return byId.get(id);
    }

    /** Takes a connection out; on its allocation's loop. Returns false when it was out already. */
    public boolean remove(PeerConnection connection) {
        connection.allocation().extras().connections().remove(connection);
        return byId.remove(connection.id(), connection);
    }
}
