package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.RandomSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Every TCP connection with a peer by its id: a ConnectionBind may come to another loop than the one that has the allocation. */
public final class PeerConnections {
    private final ConcurrentHashMap<Integer, PeerConnection> byId = new ConcurrentHashMap<>();
    private final Set<TransportAddress> relayed = ConcurrentHashMap.newKeySet();

    /** Says that peers can connect to an address of ours. */
    public void opened(TransportAddress address) {
        relayed.add(address);
    }

    /** Says that they cannot any more. */
    public void ended(TransportAddress address) {
        relayed.remove(address);
    }

    /** Returns whether that is a relayed address of ours to which peers can connect. */
    public boolean isRelayed(TransportAddress address) {
        return relayed.contains(address);
    }

    /** Makes a connection with an id that nobody can guess. */
    public PeerConnection make(Allocation allocation, TransportAddress peer, PeerConnection.State state, long deadline,
            RandomSource random) {
        boolean incoming = state == PeerConnection.State.PENDING;
        while (true) {
            PeerConnection fresh = new PeerConnection(random.nextInt(), allocation, peer, state, incoming, deadline);
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
