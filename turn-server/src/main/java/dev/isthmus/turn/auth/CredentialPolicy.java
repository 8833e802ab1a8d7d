package dev.isthmus.turn.auth;

import dev.isthmus.ice.net.TransportAddress;
import java.util.List;

/**
 * What a credential may do.
 *
 * @param onlyPeers if not empty, exactly these addresses and ports may be peers, whatever the server's peer policy says; if empty, the peer
 *        policy decides
 * @param maxAllocations allocations at one time
 * @param maxLifetimeSeconds the longest lifetime of an allocation
 * @param endsSessions whether the allocations of a credential end when it expires; where not, it is good for no new ones
 * @param limits what each allocation may hold
 */
public record CredentialPolicy(List<TransportAddress> onlyPeers, int maxAllocations, int maxLifetimeSeconds, boolean endsSessions,
        AllocationLimits limits) {
    /** A user's policy where the configuration says nothing. */
    public static final CredentialPolicy USER = user(1000, AllocationLimits.DEFAULT);

    /** Returns the policy of a user with so many allocations at one time. */
    public static CredentialPolicy user(int maxAllocations, AllocationLimits limits) {
        return new CredentialPolicy(List.of(), maxAllocations, 3600, true, limits);
    }

    /** Returns whether the peer policy is replaced by an exact list. */
    public boolean exact() {
        return !onlyPeers.isEmpty();
    }

    /** Returns whether the exact list names the address with any port. */
    public boolean namesHost(TransportAddress peer) {
        return onlyPeers.stream().anyMatch(peer::sameHost);
    }

    /** Returns whether the exact list names the address and port. */
    public boolean names(TransportAddress peer) {
        return onlyPeers.contains(peer);
    }
}
