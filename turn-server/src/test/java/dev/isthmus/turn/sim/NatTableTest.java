package dev.isthmus.turn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.sim.SimNat;
import dev.isthmus.ice.sim.SimNetwork;
import dev.isthmus.turn.natlab.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every pairing of NATs in virtual time. What must come of each follows from RFC 4787 alone: directly, wherever a hole can be made; by a relay
 * otherwise.
 */
class NatTableTest {
    private static final TransportAddress STUN4 = address("192.0.2.10:3478");
    private static final TransportAddress STUN6 = address("[2001:db8::10]:3478");
    private static final SimNetwork.Conditions LOSSY = new SimNetwork.Conditions(TimeUnit.MILLISECONDS.toNanos(100), 0.05, 0, 0.1, 1472);

    private static final long ONE_WAY = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    /** All sites behind two NATs have one carrier, which hairpins as the whole simulation does. */
    private final SimNat carrier = new SimNat("203.0.113.9", SimNat.Mapping.ENDPOINT_INDEPENDENT, SimNat.Filtering.ENDPOINT_INDEPENDENT);

    private @Nullable SimNat nat(Site site, int side) {
        SimNat.Mapping mapping = site.mapping();
        SimNat.Filtering filtering = site.filtering();
        if (mapping == null || filtering == null) {
            return null;
        }
        return switch (site) {
            case DOUBLE_NAT -> new SimNat("100.64.0." + side, mapping, filtering).behind(carrier);
            case FORGETFUL ->
                new SimNat("203.0.113." + side, mapping, filtering).remembering(TimeUnit.SECONDS.toNanos(Site.MEMORY_SECONDS));
            default -> new SimNat("203.0.113." + side, mapping, filtering);
        };
    }

    private SimSession.Place place(Site site, int side) {
        boolean outside = site == Site.OPEN || site == Site.UDP_BLOCKED;
        TransportAddress base = address(site == Site.IPV6_ONLY
                ? "[2001:db8:" + side + "::5]:1000"
                : outside ? "198.51.100." + side + ":1000" : "10." + side + ".0.5:1000");
        TransportAddress server = base.ipv4() ? STUN4 : STUN6;
        List<IceServer> servers = new ArrayList<>(List.of(IceServer.stun("stun:x", server),
                new IceServer("turn:x", IceServer.Kind.TURN_UDP, server, "alice", "secret")));
        if (site == Site.UDP_BLOCKED) {
            servers.add(new IceServer("turn:x?transport=tcp", IceServer.Kind.TURN_TCP, server, "alice", "secret"));
        }
        return new SimSession.Place(List.of(base), nat(site, side), site == Site.UDP_BLOCKED, IcePolicy.ALL, servers);
    }

    private static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    static Stream<Arguments> pairings() {
        List<Arguments> all = new ArrayList<>();
        for (Site a : Site.values()) {
            for (Site b : Site.values()) {
                all.add(Arguments.arguments(a, b, false));
                all.add(Arguments.arguments(a, b, true));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void everyPairing(Site a, Site b, boolean lossy) {
        for (int seed = 1; seed <= 5; seed++) {
            SimNetwork network = new SimNetwork(seed);
            if (lossy) {
                network.conditions(LOSSY);
            }
            carrier.forget();
            SimTurnServer server = new SimTurnServer(network, STUN4, STUN6, "192.0.2.20", "2001:db8::20");
            SimSession one = new SimSession(network, place(a, 1), true);
            SimSession two = new SimSession(network, place(b, 2), false);
            one.begin(two);
            two.begin(one);
            assertThat(network.runUntil(() -> one.connected() && two.connected(), TimeUnit.SECONDS.toNanos(30))).as("seed " + seed)
                    .isTrue();
            network.run(TimeUnit.SECONDS.toNanos(10)); // nominations settle
            assertThat(one.selected().isRelayed() || two.selected().isRelayed()).as("seed %s: %s", seed, one.selected())
                    .isEqualTo(!Site.direct(a, b));
            assertThat(one.selected().local().type() == CandidateType.RELAYED)
                    .isEqualTo(two.selected().remote().type() == CandidateType.RELAYED);
            exchange(network, one, two);
            exchange(network, two, one);
            network.run(MINUTE); // nothing but consent checks keeps the ways open
            exchange(network, one, two);
            exchange(network, two, one);
            assertThat(server.relayedAddresses()).isPositive();
        }
    }

    /** Without what STUN or TURN alone sends while it rings, the addresses that were told would lead nowhere. */
    @ParameterizedTest
    @EnumSource(names = {"STUN", "TURN_UDP"})
    void whatWasToldStaysAlive(IceServer.Kind kind) {
        SimNetwork network = new SimNetwork(1);
        new SimTurnServer(network, STUN4, STUN6, "192.0.2.20", "2001:db8::20");
        Site other = kind == IceServer.Kind.STUN ? Site.PORT_RESTRICTED : Site.SYMMETRIC;
        SimSession one = new SimSession(network, with(kind, place(Site.FORGETFUL, 1)), true);
        SimSession two = new SimSession(network, with(IceServer.Kind.STUN, place(other, 2)), false);
        one.gather();
        two.gather();
        network.run(MINUTE);
        one.learn(two);
        two.learn(one);
        assertThat(network.runUntil(() -> one.connected() && two.connected(), TimeUnit.SECONDS.toNanos(30))).isTrue();
        assertThat(one.selected().isRelayed()).isEqualTo(kind == IceServer.Kind.TURN_UDP);
    }

    private static SimSession.Place with(IceServer.Kind kind, SimSession.Place place) {
        List<IceServer> servers = place.servers().stream().filter(server -> server.kind() == kind).toList();
        return new SimSession.Place(place.bases(), place.nat(), place.udpBlocked(), place.policy(), servers);
    }

    /** What operators read is what is tested. */
    @Test
    void theTableInTheDocument() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../docs/ice.md"));
        int head = rows.indexOf(
                "| | open | full cone | address-restricted | port-restricted | symmetric | double NAT | forgetful | UDP blocked | IPv6 only |");
        assertThat(head).isPositive();
        for (Site a : Site.values()) {
            String[] cells = rows.get(head + 2 + a.ordinal()).split(" *\\| *");
            assertThat(cells[1].replaceAll("[ -]", "_")).isEqualToIgnoringCase(a.name());
            for (Site b : Site.values()) {
                assertThat(cells[2 + b.ordinal()]).as("%s, %s", a, b).isEqualTo(Site.direct(a, b) ? "direct" : "relay");
            }
        }
    }

    /**
     * From the moment at which each side knows all candidates until the controlling one has nominated: which pair, and how long it took. It
     * has rung for a minute before that, through which candidates are kept alive (RFC 8445, section 5.1.1.4).
     */
    @Test
    void typesAndTimes() throws IOException {
        List<String> table = new ArrayList<>();
        for (Site a : Site.values()) {
            StringBuilder row = new StringBuilder("| " + name(a) + " |");
            for (Site b : Site.values()) {
                row.append(' ').append(typesAndTime(a, b)).append(" |");
            }
            table.add(row.toString());
        }
        assertThat(String.join("\n", Files.readAllLines(Path.of("../docs/ice.md")))).contains(String.join("\n", table));
    }

    private static String name(Site site) {
        String words = site.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return words.replace(" restricted", "-restricted").replace("udp", "UDP").replace("ipv6", "IPv6").replace("nat", "NAT");
    }

    private String typesAndTime(Site a, Site b) {
        SimNetwork network = new SimNetwork(1);
        network.conditions(new SimNetwork.Conditions(ONE_WAY, 0, 0, 0, 1472));
        carrier.forget();
        new SimTurnServer(network, STUN4, STUN6, "192.0.2.20", "2001:db8::20");
        SimSession one = new SimSession(network, place(a, 1), true);
        SimSession two = new SimSession(network, place(b, 2), false);
        one.gather();
        two.gather();
        network.run(MINUTE);
        long began = network.now();
        one.learn(two);
        two.learn(one);
        assertThat(network.runUntil(() -> one.session().agent().selectedPair() != null, TimeUnit.SECONDS.toNanos(30))).isTrue();
        long took = network.now() - began;
        assertThat(one.selected().isRelayed()).as("%s, %s: %s", a, b, one.selected()).isEqualTo(!Site.direct(a, b));
        return "%s-%s %d".formatted(one.selected().local().type().token(), one.selected().remote().type().token(),
                TimeUnit.NANOSECONDS.toMillis(took));
    }

    private static void exchange(SimNetwork network, SimSession from, SimSession to) {
        to.received().clear();
        for (int i = 0; i < 100; i++) {
            assertThat(from.send(new byte[]{(byte) 0x80, (byte) i})).isTrue();
        }
        assertThat(network.runUntil(() -> to.received().size() >= 60, TimeUnit.SECONDS.toNanos(2))).isTrue();
        assertThat(to.received().get(0)).startsWith(0x80);
    }
}
