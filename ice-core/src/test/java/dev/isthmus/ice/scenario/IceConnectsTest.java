package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.sim.SimIcePeer;
import dev.isthmus.ice.sim.SimNat;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two agents find a pair. */
class IceConnectsTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private static void assertConnects(SimNetwork network, SimIcePeer a, SimIcePeer b) {
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), MINUTE)).isTrue();
        assertThat(a.selected().local().base()).isNotNull();
    }

    @Test
    void twoHostsOnOneNetworkSelectTheSamePair() {
        SimNetwork network = new SimNetwork(1);
        SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
        SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);
        assertConnects(network, a, b);
        assertThat(a.selected().remote().address()).isEqualTo(SimIcePeer.address("10.0.0.2:2000"));
        assertThat(b.selected().remote().address()).isEqualTo(SimIcePeer.address("10.0.0.1:1000"));
        assertThat(a.selected().nominated()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void severalAddressesUnderLossAndReordering(long seed) {
        SimNetwork network = new SimNetwork(seed);
        network.conditions(SimNetwork.Conditions.BAD);
        SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null).at("[fd00::1]:1000", null);
        SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null).at("[fd00::2]:2000", null);
        assertConnects(network, a, b);
        network.run(MINUTE);
        assertThat(a.selected().local().address()).isEqualTo(b.selected().remote().address());
        assertThat(b.selected().local().address()).isEqualTo(a.selected().remote().address());
    }

    @Test
    void aPeerBehindANatIsFoundAsPeerReflexive() {
        SimNetwork network = new SimNetwork(2);
        SimNat nat = new SimNat("192.0.2.1", SimNat.Mapping.ADDRESS_AND_PORT_DEPENDENT, SimNat.Filtering.ADDRESS_AND_PORT_DEPENDENT);
        SimIcePeer client = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", nat);
        SimIcePeer server = new SimIcePeer(network, false, 2).at("198.51.100.1:2000", null);
        assertConnects(network, client, server);
        assertThat(server.selected().remote().type()).isEqualTo(CandidateType.PEER_REFLEXIVE);
        assertThat(server.selected().remote().address().host()).isEqualTo("192.0.2.1");
        assertThat(client.agent().localCandidates()).anyMatch(c -> c.type() == CandidateType.PEER_REFLEXIVE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whenBothClaimOneRoleTheLargerTieBreakerControls(boolean role) {
        SimNetwork network = new SimNetwork(3);
        SimIcePeer a = new SimIcePeer(network, role, 1).at("10.0.0.1:1000", null);
        SimIcePeer b = new SimIcePeer(network, role, 2).at("10.0.0.2:2000", null);
        assertConnects(network, a, b);
        assertThat(a.agent().isControlling()).isFalse();
        assertThat(b.agent().isControlling()).isTrue();
        assertThat(a.counters().get(IceReason.ROLE_SWITCHED) + b.counters().get(IceReason.ROLE_SWITCHED)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRoleConflictIsResolvedByA487WhicheverSideSendsFirst(boolean smallerFirst) {
        SimNetwork network = new SimNetwork(4);
        SimIcePeer small = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
        SimIcePeer large = new SimIcePeer(network, true, 2).at("10.0.0.2:2000", null);
        SimIcePeer first = smallerFirst ? small : large;
        SimIcePeer second = smallerFirst ? large : small;
        first.learn(second);
        network.run(TimeUnit.MILLISECONDS.toNanos(30));
        second.learn(first);
        assertThat(network.runUntil(() -> small.connected() && large.connected(), MINUTE)).isTrue();
        assertThat(large.agent().isControlling()).isTrue();
        assertThat(large.counters().get(IceReason.ROLE_CONFLICT)).isEqualTo(smallerFirst ? 1 : 0);
    }

    @Test
    void noAnswerMeansFailedButNotBeforePatienceIsOver() {
        SimNetwork network = new SimNetwork(5);
        SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
        SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);
        network.detach(SimIcePeer.address("10.0.0.2:2000"));
        a.learn(b);
        network.run(TimeUnit.SECONDS.toNanos(39));
        assertThat(a.agent().state()).isEqualTo(dev.isthmus.ice.ice.IceState.CHECKING);
        network.run(TimeUnit.SECONDS.toNanos(2));
        assertThat(a.agent().state()).isEqualTo(dev.isthmus.ice.ice.IceState.FAILED);
        assertThat(network.log()).hasSize(7);
    }

    @Test
    void anAdvertisedAddressIsCheckedFromItsBase() {
        SimNetwork network = new SimNetwork(6);
        SimNat oneToOne = new SimNat("192.0.2.9", SimNat.Mapping.ENDPOINT_INDEPENDENT, SimNat.Filtering.ENDPOINT_INDEPENDENT);
        SimIcePeer gateway = new SimIcePeer(network, false, 2).advertised("10.0.0.2:2000", "192.0.2.9:40000", oneToOne);
        SimIcePeer client = new SimIcePeer(network, true, 1).at("198.51.100.1:1000", null);
        assertConnects(network, client, gateway);
        assertThat(client.selected().remote().address()).isEqualTo(SimIcePeer.address("192.0.2.9:40000"));
        assertThat(gateway.selected().local().type()).isEqualTo(CandidateType.HOST);
    }

    @Test
    void theControlledSideFollowsTheLatestNominationOfTheBestPair() {
        SimNetwork network = new SimNetwork(7);
        SimIcePeer controlled = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);
        SimIcePeer browser = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null).at("10.0.0.1:1001", null);
        controlled.learn(browser);
        browser.nominate(controlled, "10.0.0.1:1001");
        assertThat(network.runUntil(controlled::connected, MINUTE)).isTrue();
        assertThat(controlled.selected().remote().address()).isEqualTo(SimIcePeer.address("10.0.0.1:1001"));
        browser.nominate(controlled, "10.0.0.1:1000");
        network.run(TimeUnit.SECONDS.toNanos(2));
        assertThat(controlled.selected().remote().address()).isEqualTo(SimIcePeer.address("10.0.0.1:1000"));
        browser.nominate(controlled, "10.0.0.1:1001");
        network.run(TimeUnit.SECONDS.toNanos(2));
        assertThat(controlled.selected().remote().address()).as("a worse pair while the better one works")
                .isEqualTo(SimIcePeer.address("10.0.0.1:1000"));
    }

    /** RFC 8445, section 6.1.2.5: a hundred pairs, those of the lowest priority are left out. */
    @Test
    void tooManyPairs() {
        SimNetwork network = new SimNetwork(8);
        SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null).at("10.0.0.1:1001", null).at("10.0.0.1:1002", null);
        SimIcePeer b = new SimIcePeer(network, false, 2);
        for (int port = 1; port <= 50; port++) {
            b.at("10.0.0.2:" + port, null);
        }
        a.learn(b);
        assertThat(a.agent().pairs()).hasSize(100);
        assertThat(a.agent().pairs()).filteredOn(pair -> pair.remote().address().port() <= 33).hasSize(99);
    }
}
