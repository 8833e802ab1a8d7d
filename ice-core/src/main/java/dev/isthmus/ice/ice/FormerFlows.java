package dev.isthmus.ice.ice;

import dev.isthmus.ice.net.TransportAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the peer has proved itself with the credentials of generations before: a browser that restarts checks from its new sockets with the old
 * ones first, and sends media there as soon as that is answered. What comes there is still the peer's.
 */
final class FormerFlows {
    private static final int MOST = 32;

    private record Flow(TransportAddress base, TransportAddress remote) {}

    private final List<Flow> flows = new ArrayList<>(0);

    void remember(TransportAddress base, TransportAddress remote) {
        if (!has(base, remote)) {
            if (flows.size() == MOST) {
                flows.remove(0);
            }
            flows.add(new Flow(base, remote));
        }
    }

    void remember(CheckList list) {
        for (CandidatePair pair : list.pairs()) {
            if (pair.heard || pair.valid) {
                remember(pair.local().base(), pair.remote().address());
            }
        }
    }

    boolean has(TransportAddress base, TransportAddress remote) {
        for (int i = 0; i < flows.size(); i++) {
            if (flows.get(i).base().equals(base) && flows.get(i).remote().equals(remote)) {
                return true;
            }
        }
        return false;
    }
}
