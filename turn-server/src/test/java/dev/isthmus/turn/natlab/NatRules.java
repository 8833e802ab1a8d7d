package dev.isthmus.turn.natlab;

/** NATs of the kernel, in the words of nftables; {@code ext} is the router's outside. */
final class NatRules {
    private static final String MASQUERADE = "chain post { type nat hook postrouting priority 100; oifname ext masquerade; }\n";
    /** Every destination gets a mapping of its own. */
    static final String SYMMETRIC = "chain post { type nat hook postrouting priority 100; oifname ext masquerade fully-random; }\n";
    /** The port is kept, so that all destinations see one; only who was spoken to gets in. */
    static final String PORT_RESTRICTED = MASQUERADE;
    /** Remembers to whom a port of the outside belongs, and lets everybody in there. */
    static final String FULL_CONE = MASQUERADE + """
            map inn { type inet_service : ipv4_addr . inet_service; flags dynamic; size 4096; timeout 5m; }
            chain learn { type filter hook postrouting priority 110;
              oifname ext meta l4proto udp update @inn { udp sport : ct original ip saddr . ct original proto-src } ; }
            chain pre { type nat hook prerouting priority -100; iifname ext meta l4proto udp dnat to udp dport map @inn; }
            """;
    /** As before, but nobody whose address was never spoken to. */
    static final String ADDRESS_RESTRICTED = FULL_CONE + """
            set seen { type inet_service . ipv4_addr; flags dynamic; size 65535; timeout 5m; }
            chain see { type filter hook postrouting priority 111;
              oifname ext meta l4proto udp update @seen { udp sport . ip daddr } ; }
            chain filter { type filter hook prerouting priority -150;
              iifname ext meta l4proto udp ct state new udp dport . ip saddr != @seen drop; }
            """;
    /** A full cone for those behind a carrier's NAT; who is spoken to by an outside address of this very NAT is found inside. */
    private static final String CARRIER = """
            map inn { type inet_service : ipv4_addr . inet_service; flags dynamic; size 4096; timeout 5m; }
            chain post { type nat hook postrouting priority 100; oifname ext masquerade; HAIRPIN_SOURCE }
            chain learn { type filter hook postrouting priority 110;
              oifname ext meta l4proto udp update @inn { udp sport : ct original ip saddr . ct original proto-src } ; }
            chain pre { type nat hook prerouting priority -100; DESTINATION meta l4proto udp dnat to udp dport map @inn; }
            """;
    static final String UDP_BLOCKED = MASQUERADE + "chain block { type filter hook forward priority 0; meta l4proto udp drop; }\n";

    private NatRules() {}

    /** Returns a carrier's NAT with that outside address, which hairpins (RFC 4787, section 6) or does not. */
    static String carrier(String outside, boolean hairpin) {
        String source = hairpin ? "oifname int ip saddr 100.64.0.0/24 meta l4proto udp snat to " + outside + ";" : "";
        return CARRIER.replace("HAIRPIN_SOURCE", source).replace("DESTINATION", hairpin ? "ip daddr " + outside : "iifname ext");
    }

    /** Returns the whole table; what is for nobody inside is dropped, so that it makes no entry that a later mapping would have to avoid. */
    static String table(String rules) {
        return "table ip lab {\n" + rules + "chain in { type filter hook input priority 0; iifname ext ct state new drop; }\n}\n";
    }
}
