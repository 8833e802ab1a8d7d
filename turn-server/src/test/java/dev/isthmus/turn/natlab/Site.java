package dev.isthmus.turn.natlab;

import dev.isthmus.ice.sim.SimNat.Filtering;
import dev.isthmus.ice.sim.SimNat.Mapping;
import org.jspecify.annotations.Nullable;

/** Where an agent may be: how the NAT in front of it behaves, and the nftables rules that make one ({@code ext} is its outside). */
public enum Site {
    OPEN(null, null, ""),
    FULL_CONE(Mapping.ENDPOINT_INDEPENDENT, Filtering.ENDPOINT_INDEPENDENT, NatRules.FULL_CONE),
    ADDRESS_RESTRICTED(Mapping.ENDPOINT_INDEPENDENT, Filtering.ADDRESS_DEPENDENT, NatRules.ADDRESS_RESTRICTED),
    PORT_RESTRICTED(Mapping.ENDPOINT_INDEPENDENT, Filtering.ADDRESS_AND_PORT_DEPENDENT, NatRules.PORT_RESTRICTED),
    SYMMETRIC(Mapping.ADDRESS_AND_PORT_DEPENDENT, Filtering.ADDRESS_AND_PORT_DEPENDENT, NatRules.SYMMETRIC),
    /** Port-restricted, behind the NAT of a carrier that hairpins; all such sites have one carrier. */
    DOUBLE_NAT(Mapping.ENDPOINT_INDEPENDENT, Filtering.ADDRESS_AND_PORT_DEPENDENT, NatRules.PORT_RESTRICTED),
    /** Port-restricted, and remembers what it does not see for 20 s only. */
    FORGETFUL(Mapping.ENDPOINT_INDEPENDENT, Filtering.ADDRESS_AND_PORT_DEPENDENT, NatRules.PORT_RESTRICTED),
    UDP_BLOCKED(null, null, NatRules.UDP_BLOCKED),
    IPV6_ONLY(null, null, "");

    /** How long {@link #FORGETFUL} remembers. */
    public static final int MEMORY_SECONDS = 20;
    private final @Nullable Mapping mapping;
    private final @Nullable Filtering filtering;
    private final String rules;

    Site(@Nullable Mapping mapping, @Nullable Filtering filtering, String rules) {
        this.mapping = mapping;
        this.filtering = filtering;
        this.rules = rules;
    }

    /** Returns how the NAT maps, or null where there is none. */
    public @Nullable Mapping mapping() {
        return mapping;
    }

    /** Returns whom the NAT lets in, or null where there is none. */
    public @Nullable Filtering filtering() {
        return filtering;
    }

    /** RFC 4787: where no packet of one side can know the port that the other side's filter waits for, only a relay helps. */
    public static boolean direct(Site a, Site b) {
        if (a == UDP_BLOCKED || b == UDP_BLOCKED || (a == IPV6_ONLY) != (b == IPV6_ONLY)) {
            return false;
        }
        return !(a == SYMMETRIC && b.isStrict() || b == SYMMETRIC && a.isStrict());
    }

    private boolean isStrict() {
        return filtering == Filtering.ADDRESS_AND_PORT_DEPENDENT;
    }

    boolean hasRouter() {
        return !rules.isEmpty();
    }

    String table() {
        return NatRules.table(rules);
    }
}
