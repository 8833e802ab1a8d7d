package dev.isthmus.turn.peers;

import java.util.List;
import java.util.stream.Stream;

/**
 * The ranges that no peer may be in unless the operator says so: every entry of the IANA special-purpose registries (RFC 6890), globally
 * reachable or not, as of April 2025, and what those registries leave out.
 */
final class SpecialRanges {
    /** The registries, in their order; a test compares them. */
    static final List<PeerRule> REGISTERED = List.of(
            special("0.0.0.0/8", "This network, RFC 791"),
            special("0.0.0.0/32", "This host on this network, RFC 1122"),
            special("10.0.0.0/8", "Private-Use, RFC 1918"),
            special("100.64.0.0/10", "Shared Address Space, RFC 6598"),
            special("127.0.0.0/8", "Loopback, RFC 1122"),
            special("169.254.0.0/16", "Link Local, RFC 3927"),
            special("172.16.0.0/12", "Private-Use, RFC 1918"),
            special("192.0.0.0/24", "IETF Protocol Assignments, RFC 6890"),
            special("192.0.0.0/29", "IPv4 Service Continuity Prefix, RFC 7335"),
            special("192.0.0.8/32", "IPv4 dummy address, RFC 7600"),
            special("192.0.0.9/32", "Port Control Protocol Anycast, RFC 7723"),
            special("192.0.0.10/32", "Traversal Using Relays around NAT Anycast, RFC 8155"),
            special("192.0.0.170/32", "NAT64/DNS64 Discovery, RFC 8880"),
            special("192.0.0.171/32", "NAT64/DNS64 Discovery, RFC 8880"),
            special("192.0.2.0/24", "Documentation (TEST-NET-1), RFC 5737"),
            special("192.31.196.0/24", "AS112-v4, RFC 7535"),
            special("192.52.193.0/24", "AMT, RFC 7450"),
            special("192.88.99.0/24", "Deprecated (6to4 Relay Anycast), RFC 7526"),
            special("192.88.99.2/32", "6a44-relay anycast address, RFC 6751"),
            special("192.168.0.0/16", "Private-Use, RFC 1918"),
            special("192.175.48.0/24", "Direct Delegation AS112 Service, RFC 7534"),
            special("198.18.0.0/15", "Benchmarking, RFC 2544"),
            special("198.51.100.0/24", "Documentation (TEST-NET-2), RFC 5737"),
            special("203.0.113.0/24", "Documentation (TEST-NET-3), RFC 5737"),
            special("240.0.0.0/4", "Reserved, RFC 1112"),
            special("255.255.255.255/32", "Limited Broadcast, RFC 8190"),
            special("::1/128", "Loopback Address, RFC 4291"),
            special("::/128", "Unspecified Address, RFC 4291"),
            special("::ffff:0:0/96", "IPv4-mapped Address, RFC 4291"),
            special("64:ff9b::/96", "IPv4-IPv6 Translation, RFC 6052"),
            special("64:ff9b:1::/48", "IPv4-IPv6 Translation, RFC 8215"),
            special("100::/64", "Discard-Only Address Block, RFC 6666"),
            special("100:0:0:1::/64", "Dummy IPv6 Prefix, RFC 9780"),
            special("2001::/23", "IETF Protocol Assignments, RFC 2928"),
            special("2001::/32", "TEREDO, RFC 4380"),
            special("2001:1::1/128", "Port Control Protocol Anycast, RFC 7723"),
            special("2001:1::2/128", "Traversal Using Relays around NAT Anycast, RFC 8155"),
            special("2001:1::3/128", "DNS-SD Service Registration Protocol Anycast, RFC 9665"),
            special("2001:2::/48", "Benchmarking, RFC 5180"),
            special("2001:3::/32", "AMT, RFC 7450"),
            special("2001:4:112::/48", "AS112-v6, RFC 7535"),
            special("2001:10::/28", "Deprecated (previously ORCHID), RFC 4843"),
            special("2001:20::/28", "ORCHIDv2, RFC 7343"),
            special("2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix, RFC 9374"),
            special("2001:db8::/32", "Documentation, RFC 3849"),
            special("2002::/16", "6to4, RFC 3056"),
            special("2620:4f:8000::/48", "Direct Delegation AS112 Service, RFC 7534"),
            special("3fff::/20", "Documentation, RFC 9637"),
            special("5f00::/16", "Segment Routing (SRv6) SIDs, RFC 9602"),
            special("fc00::/7", "Unique-Local, RFC 4193"),
            special("fe80::/10", "Link-Local Unicast, RFC 4291"));

    /** Multicast, and addresses at which clouds hand out credentials or configuration to whoever asks. */
    static final List<PeerRule> FURTHER = List.of(
            special("224.0.0.0/4", "Multicast, RFC 5771"),
            special("ff00::/8", "Multicast, RFC 4291"),
            special("::/96", "IPv4-compatible Address, RFC 4291"),
            special("fec0::/10", "Site-Local Unicast, RFC 3879"),
            special("168.63.129.16/32", "Azure platform"));

    static final List<PeerRule> ALL = Stream.concat(REGISTERED.stream(), FURTHER.stream()).toList();

    private SpecialRanges() {}

    private static PeerRule special(String range, String name) {
        return new PeerRule(false, AddressRange.of(range), "safe default: " + name);
    }
}
