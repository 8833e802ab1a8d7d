package dev.isthmus.turn.natlab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateTransport;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.net.SessionLoop;
import dev.isthmus.ice.support.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
                all.add(Arguments.arguments(a, b));
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
            assertThat(LabAgent.isRelayed(one, two)).as("%s", pair).isEqualTo(!Site.direct(a, b));
        }
    }

    /** Where the carrier's NAT lets its customers meet, they find each other there; else only a relay is left. */
    @Test
    void withoutHairpin() throws Exception {
        try (NatProbe probe = new NatProbe(lab.outside(), lab.place(Site.DOUBLE_NAT, 1))) {
            assertThat(probe.hairpins(lab.place(Site.DOUBLE_NAT, 2))).isTrue();
        }
        List<NatLab.Place> homes = lab.withoutHairpin();
        try (NatProbe probe = new NatProbe(lab.outside(), homes.get(0))) {
            assertThat(probe.hairpins(homes.get(1))).isFalse();
        }
        try (LabAgent one = new LabAgent(homes.get(0), true, IcePolicy.ALL);
                LabAgent two = new LabAgent(homes.get(1), false, IcePolicy.ALL)) {
            LabAgent.connect(one, two);
            LabAgent.settled(one, two);
            assertThat(LabAgent.isRelayed(one, two)).isTrue();
            one.deliver(two, "one way");
            two.deliver(one, "the other way");
        }
    }

    /** Where UDP goes nowhere, a connection to the other's passive candidate needs no relay (RFC 6544). */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tcpWhereUdpIsBlocked(boolean controlling) throws Exception {
        try (LabAgent one = new LabAgent(lab.place(Site.UDP_BLOCKED, 1),
                SessionLoop.Options.of(controlling, IcePolicy.ALL, List.of()).withTcp());
                LabAgent two = new LabAgent(lab.place(Site.OPEN, 2),
                        SessionLoop.Options.of(!controlling, IcePolicy.ALL, List.of()).withTcp())) {
            LabAgent.connect(one, two);
            assertThat(one.connected().local().transport()).isEqualTo(CandidateTransport.TCP_ACTIVE);
            assertThat(two.connected().local().transport()).isEqualTo(CandidateTransport.TCP_PASSIVE);
            one.deliver(two, "by tcp");
            two.deliver(one, "and back");
        }
    }

    /** Two hosts of one network that tell each other names only. */
    @Test
    void namesInPlaceOfAddresses() throws Exception {
        try (LabAgent one = new LabAgent(lab.place(Site.OPEN, 1), SessionLoop.Options.of(true, IcePolicy.ALL, List.of()).withMdns());
                LabAgent two = new LabAgent(lab.place(Site.OPEN, 2), SessionLoop.Options.of(false, IcePolicy.ALL, List.of()).withMdns())) {
            Signalling.Description ofOne = one.gathered();
            Signalling.Description ofTwo = two.gathered();
            assertThat(ofOne.candidates()).hasSize(1).allMatch(line -> line.contains(".local ") && !line.contains("203.0.113."));
            one.take(ofTwo);
            two.take(ofOne);
            assertThat(one.connected().local().type()).isEqualTo(CandidateType.HOST);
            one.deliver(two, "by name");
        }
    }

    /** The kernel says that the address has changed, and the session that it goes on from the new one. */
    @Test
    void anAddressThatChanges() throws Exception {
        NatLab.Place place = lab.place(Site.OPEN, 1);
        try (LabAgent one = new LabAgent(place, true, IcePolicy.ALL);
                LabAgent two = new LabAgent(lab.place(Site.OPEN, 2), false, IcePolicy.ALL)) {
            one.watchHosts();
            LabAgent.connect(one, two);
            LabAgent.settled(one, two);
            try {
                place.namespace().run("sh", "-ec", "echo 1 > /proc/sys/net/ipv4/conf/ext/promote_secondaries");
                place.namespace().run("ip", "addr", "add", "203.0.113.200/24", "dev", "ext");
                place.namespace().run("ip", "addr", "del", place.host().host() + "/24", "dev", "ext");
                assertThat(one.connected().local().address().host()).isEqualTo("203.0.113.200");
                one.deliver(two, "from elsewhere");
                two.deliver(one, "to there");
            } finally {
                place.namespace().run("sh", "-ec", "ip addr flush dev ext; ip addr add " + place.host().host() + "/24 dev ext");
            }
        }
    }

    /** Where there is no route, nobody waits for an answer: ENETUNREACH, and EHOSTUNREACH from a route that says so. */
    @ParameterizedTest
    @ValueSource(strings = {"198.51.100.9", "192.0.2.9"})
    void noRoute(String host) throws Exception {
        NatLab.Place place = lab.place(Site.OPEN, 1);
        place.namespace().run("ip", "route", "replace", "unreachable", "192.0.2.0/24");
        try (LabAgent one = new LabAgent(place, SessionLoop.Options.of(true, IcePolicy.ALL, List.of()))) {
            one.gathered();
            one.take(new Signalling.Description("ufrag", "0123456789012345678901", List.of("candidate:1 1 udp 1 " + host + " 9 typ host")));
            long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (one.count(IceReason.UNREACHABLE) == 0) { // a check that is not answered fails after 39.5 s only
                assertThat(System.nanoTime()).isLessThan(limit);
            }
        }
    }

    /** Consent checks keep the mapping alive though the application is silent for longer than the NAT remembers. */
    @Test
    void aNatThatForgetsAfterTwentySeconds() throws Exception {
        assumeTrue(Peers.full(), "takes a minute: -Pfull");
        NatLab.Place place = lab.place(Site.FORGETFUL, 1);
        try (NatProbe probe = new NatProbe(lab.outside(), place)) {
            assertThat(probe.remembers(Site.MEMORY_SECONDS / 2)).isTrue();
            assertThat(probe.remembers(Site.MEMORY_SECONDS + 5)).isFalse();
        }
        try (LabAgent one = new LabAgent(place, true, IcePolicy.ALL);
                LabAgent two = new LabAgent(lab.place(Site.PORT_RESTRICTED, 2), false, IcePolicy.ALL)) {
            LabAgent.connect(one, two);
            CandidatePair before = LabAgent.settled(one, two);
            assertThat(one.changesWithin(45)).isFalse();
            two.deliver(one, "after a long silence");
            assertThat(one.selected()).isEqualTo(before);
            assertThat(LabAgent.isRelayed(one, two)).isFalse();
        }
    }
}
