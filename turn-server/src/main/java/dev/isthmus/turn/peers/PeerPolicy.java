package dev.isthmus.turn.peers;

import dev.isthmus.ice.net.TransportAddress;
import java.util.List;
import java.util.Objects;

/**
 * Which addresses may be peers: the operator's refusals, then the operator's permissions, then the safe defaults, which refuse every
 * special-purpose range (IANA registries of RFC 6890, multicast and broadcast) and admit the rest.
 */
public final class PeerPolicy {
    private static final List<AddressRange> SPECIAL = ranges("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128",
            "::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
            "2620:4f:8000::/48",
            "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8");

    private final List<AddressRange> allow;
    private final List<AddressRange> deny;

    /** Creates a policy from the operator's two lists. */
    public PeerPolicy(List<AddressRange> allow, List<AddressRange> deny) {
        this.allow = List.copyOf(allow);
        this.deny = List.copyOf(deny);
    }

    private static List<AddressRange> ranges(String... texts) {
        return java.util.Arrays.stream(texts).map(t -> Objects.requireNonNull(mapped(t), t)).toList();
    }

    /** A v4-mapped literal would be read as IPv4, so that range is built from its bits. */
    private static AddressRange mapped(String text) {
        if (text.equals("::ffff:0:0/96")) {
            return new AddressRange(TransportAddress.ipv6(0, 0xffff00000000L, 0), 96);
        }
        return Objects.requireNonNull(AddressRange.parse(text), text);
    }

    /** Returns whether the address may be a peer. */
    public boolean admits(TransportAddress peer) {
        if (contains(deny, peer)) {
            return false;
        }
        return contains(allow, peer) || !contains(SPECIAL, peer);
    }

    private static boolean contains(List<AddressRange> ranges, TransportAddress address) {
        for (AddressRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
