package dev.isthmus.turn.peers;

import dev.isthmus.ice.net.TransportAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be peers. The first rule that matches decides: the operator's, in their order; then the server's own addresses, of which
 * only relay ports may be reached; then the safe defaults, which refuse every special-purpose range and admit the rest. An IPv6 address that
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

    /** Returns whether some port of this host may be a peer: what a permission, which has no port, asks. */
    public boolean admitsHost(TransportAddress peer) {
        return decide(peer, true).allow();
    }

    /** Returns whether this address and port may be a peer. */
    public boolean admits(TransportAddress peer) {
        return decide(peer, false).allow();
    }

    /** Returns the rule that decides about an address and port, or about a host when {@code anyPort}. */
    public PeerRule decide(TransportAddress peer, boolean anyPort) {
        PeerRule rule = first(peer, anyPort);
        if (rule.allow()) {
            for (TransportAddress inside : EmbeddedAddresses.of(peer)) {
                PeerRule further = first(inside, anyPort);
                if (!further.allow()) {
                    return further;
                }
            }
        }
        return rule;
    }

    private PeerRule first(TransportAddress peer, boolean anyPort) {
        for (PeerRule rule : rules) {
            if (rule.range().contains(peer)) {
                return rule;
            }
        }
        if (own.isHost(peer)) {
            boolean relay = anyPort ? own.isRelay(peer) : own.isRelayPort(peer);
            return new PeerRule(relay, AddressRange.host(peer), relay ? "a relay port of this server" : "an address of this server");
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
