package dev.isthmus.turn.ops;

import dev.isthmus.ice.ops.Section;
import dev.isthmus.turn.peers.AddressRange;
import dev.isthmus.turn.peers.OwnAddresses;
import dev.isthmus.turn.peers.PeerPolicy;
import dev.isthmus.turn.peers.PeerRule;
import java.util.ArrayList;
import java.util.List;

/** The section {@code isthmus.turn.peers}. */
final class PeerSettings {
    private PeerSettings() {}

    /**
     * Reads the operator's rules: those of {@code rules} in their order, then {@code deny}, then {@code allow}. All of them stand before the
     * safe defaults.
     */
    static PeerPolicy read(Section peers) {
        List<PeerRule> rules = new ArrayList<>();
        for (String text : peers.texts("rules", List.of())) {
            String[] words = text.strip().split("\\s+");
            boolean allow = words[0].equals("allow");
            if (words.length != 2 || !allow && !words[0].equals("deny")) {
                throw peers.problem("rules", "has \"" + text + "\", must be like \"allow 10.1.0.0/16\" or \"deny 2001:db8::/32\"");
            }
            rules.add(rule(peers, "rules", allow, words[1]));
        }
        peers.texts("deny", List.of()).forEach(text -> rules.add(rule(peers, "deny", false, text)));
        peers.texts("allow", List.of()).forEach(text -> rules.add(rule(peers, "allow", true, text)));
        return new PeerPolicy(rules, OwnAddresses.NONE);
    }

    /** Reads a list of networks. */
    static List<AddressRange> ranges(Section section, String key) {
        return section.texts(key, List.of()).stream().map(text -> range(section, key, text)).toList();
    }

    private static PeerRule rule(Section peers, String key, boolean allow, String text) {
        return new PeerRule(allow, range(peers, key, text), "isthmus.turn.peers." + key);
    }

    private static AddressRange range(Section section, String key, String text) {
        AddressRange range = AddressRange.parse(text);
        if (range == null) {
            throw section.problem(key, "has \"" + text + "\", must be networks like 10.0.0.0/8");
        }
        return range;
    }
}
