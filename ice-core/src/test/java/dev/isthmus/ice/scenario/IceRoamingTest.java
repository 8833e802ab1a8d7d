package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceEvent;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.sim.SimIcePeer;
import dev.isthmus.ice.sim.SimNat;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer whose address changes in mid-call, without a word: a NAT that has restarted, or another access. */
class IceRoamingTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final SimNetwork network = new SimNetwork(11);
    private final SimNat nat = new SimNat("203.0.113.1", SimNat.Mapping.ENDPOINT_INDEPENDENT, SimNat.Filtering.ADDRESS_AND_PORT_DEPENDENT);

    private void connect(SimIcePeer a, SimIcePeer b) {
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), 30 * SECOND)).isTrue();
        network.run(5 * SECOND);
    }

    /** In either role: found within the peer's next consent check and three seconds; a lite agent must have missed one. */
    @ParameterizedTest
    @ValueSource(strings = {"controlling", "controlled", "lite"})
    void aNatGivesThePeerAnotherPort(String role) {
        SimIcePeer still = role.equals("lite")
                ? SimIcePeer.lite(network, false)
                : new SimIcePeer(network, role.equals("controlling"), 5);
        still.at("198.51.100.1:1000", null);
        SimIcePeer mobile = new SimIcePeer(network, !role.equals("controlling"), 6).at("10.0.0.5:1000", nat);
        connect(mobile, still);
        CandidatePair before = still.selected();
        nat.forget();
        assertThat(network.runUntil(() -> still.selected() != before, (role.equals("lite") ? 15 : 9) * SECOND)).isTrue();
        assertThat(still.selected().remote().address()).isNotEqualTo(before.remote().address());
        assertThat(still.counters().get(IceReason.PEER_FOLLOWED)).isEqualTo(1);
        network.run(120 * SECOND);
        assertThat(still.connected()).isTrue();
        assertThat(mobile.connected()).isTrue();
        assertThat(mobile.events()).doesNotContain(new IceEvent.StateChanged(IceState.FAILED));
    }

    /** The peer is heard at another of its addresses while it goes on answering at the first: nothing moves. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPeerThatAnswersIsNotLeft(boolean lite) {
        SimIcePeer still = (lite ? SimIcePeer.lite(network, false) : new SimIcePeer(network, false, 5)).at("198.51.100.1:1000", null);
        SimIcePeer other = new SimIcePeer(network, true, 6).at("198.51.100.2:1000", null);
        connect(other, still);
        CandidatePair before = still.selected();
        other.at("198.51.100.2:1001", null); // which it does not tell
        network.run(30 * SECOND);
        assertThat(still.agent().pairs()).hasSize(2);
        assertThat(still.selected()).isEqualTo(before);
        assertThat(still.counters().get(IceReason.PEER_FOLLOWED)).isZero();
    }
}
