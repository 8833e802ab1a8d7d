package dev.isthmus.turn.natlab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.support.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Agents with sockets behind real NATs: directly wherever RFC 4787 lets a hole be made, by a relay otherwise. */
class NatLabIT {
    private static NatLab lab;

    @BeforeAll
    static void build() throws Exception {
        lab = new NatLab();
    }

    @AfterAll
    static void remove() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    /** What a NAT is called means nothing before it was measured. */
    @ParameterizedTest
    @EnumSource(names = "IPV6_ONLY", mode = EnumSource.Mode.EXCLUDE)
    void everyNatBehavesAsItsNameSays(Site site) throws Exception {
        for (int side = 1; side <= 2; side++) {
            NatLab.Place place = lab.place(site, side);
            try (NatProbe probe = new NatProbe(lab.outside(), place)) {
                if (site == Site.UDP_BLOCKED) {
                    assertThat(probe.passes()).isFalse();
                } else if (site.hasRouter()) {
                    assertThat(probe.mapping()).isEqualTo(site.mapping());
                    assertThat(probe.filtering()).isEqualTo(site.filtering());
                }
            }
        }
    }

    static Stream<Arguments> pairings() {
        List<Arguments> all = new ArrayList<>();
        for (Site a : Site.values()) {
            for (Site b : Site.values()) {
                boolean diagonal = a == b || (a.ordinal() + 3) % Site.values().length == b.ordinal();
                if (diagonal || Peers.full()) {
                    all.add(Arguments.arguments(a, b));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void everyPairing(Site a, Site b) throws Exception {
        try (LabAgent one = new LabAgent(lab.place(a, 1), true, IcePolicy.ALL);
                LabAgent two = new LabAgent(lab.place(b, 2), false, IcePolicy.ALL)) {
            LabAgent.connect(one, two);
            CandidatePair pair = LabAgent.settled(one, two);
            one.deliver(two, "from one");
            two.deliver(one, "from two");
            assertThat(pair.isRelayed()).as("%s", pair).isEqualTo(!Site.direct(a, b));
        }
    }
}
