package dev.isthmus.turn.peers;

import dev.isthmus.ice.net.TransportAddress;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be peers. The first rule that matches decides: the operator's, in their order; then the server's own addresses, of which
 * only what is a client's relayed address may be reached; then the safe defaults, which refuse every special-purpose range and admit the rest. An IPv6 address that
 * carries an IPv4 address must pass as both.
 */
public final class PeerPolicy {
    private static final AddressRange ALL_IPV4 = AddressRange.of("0.0.0.0/0");
    private static final AddressRange ALL_IPV6 = AddressRange.of("::/0");

    private final List<PeerRule> rules;
    private final OwnAddresses own;

    /** Creates a policy from the operator's rules and the server's own addresses. */
    public PeerPolicy(List<PeerRule> rules, OwnAddresses own) {
        this.rules = List.copyOf(rules);
        this.own = own;
    }

    /** Returns the policy with other addresses of the server's own. */
    public PeerPolicy withOwn(OwnAddresses addresses) {
        return new PeerPolicy(rules, addresses);
    }

    /** Returns the rule that decides about a host, some port of which may be a peer: what a permission, which has no port, asks. */
    public PeerRule decideHost(TransportAddress peer) {
        return decide(peer, own::isRelay);
    }

    /**
     * Returns the rule that decides about an address and port.
     *
     * @param relayed says whether an address of ours is a client's relayed address
     */
    public PeerRule decide(TransportAddress peer, Predicate<TransportAddress> relayed) {
        PeerRule rule = first(peer, relayed);
        if (rule.allow()) {
            for (TransportAddress inside : EmbeddedAddresses.of(peer)) {
                PeerRule further = first(inside, relayed);
                if (!further.allow()) {
                    return further;
                }
            }
        }
        return rule;
    }

    private PeerRule first(TransportAddress peer, Predicate<TransportAddress> relayed) {
        for (PeerRule rule : rules) {
            if (rule.range().contains(peer)) {
                return rule;
            }
        }
        if (own.isHost(peer)) {
            boolean ours = own.isRelay(peer) && relayed.test(peer);
            return new PeerRule(ours, AddressRange.host(peer), ours ? PeerRule.RELAYED : "an address of this server");
        }
        PeerRule special = narrowest(peer);
        return special == null ? new PeerRule(true, peer.ipv4() ? ALL_IPV4 : ALL_IPV6, "no rule is against it") : special;
    }

    private static @Nullable PeerRule narrowest(TransportAddress peer) {
        PeerRule found = null;
        for (PeerRule rule : SpecialRanges.ALL) {
            if (rule.range().contains(peer) && (found == null || rule.range().prefix() > found.range().prefix())) {
                found = rule;
            }
        }
        return found;
    }
}
