package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.sim.SimIcePeer;
import dev.isthmus.ice.sim.SimNat;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents that only answer (RFC 8445, section 2.5), on either side and on both. */
class IceLiteTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final SimNetwork network = new SimNetwork(3);

    private void connect(SimIcePeer a, SimIcePeer b) {
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), 30 * SECOND)).isTrue();
    }

    /** Whoever offers, the full agent controls (section 6.1.1), and the lite one sends no check. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFullAgentAgainstALiteOne(boolean liteOffers) {
        SimIcePeer lite = SimIcePeer.lite(network, liteOffers).at("198.51.100.1:1000", null);
        SimNat nat = new SimNat("203.0.113.1", SimNat.Mapping.ADDRESS_AND_PORT_DEPENDENT, SimNat.Filtering.ADDRESS_AND_PORT_DEPENDENT);
        SimIcePeer full = new SimIcePeer(network, !liteOffers, 7).at("10.0.0.1:1000", nat);
        connect(full, lite);
        assertThat(full.agent().isControlling()).isTrue();
        assertThat(lite.counters().get(IceReason.RESPONSE_ACCEPTED)).isZero();
        assertThat(lite.selected().remote().address().host()).isEqualTo("203.0.113.1");
        network.run(120 * SECOND);
        assertThat(full.connected()).isTrue();
        assertThat(lite.connected()).isTrue();
    }

    /** The checks of the full agent are its consent. */
    @Test
    void aLiteAgentNoticesThatThePeerIsGone() {
        SimIcePeer lite = SimIcePeer.lite(network, false).at("198.51.100.1:1000", null);
        SimIcePeer full = new SimIcePeer(network, true, 7).at("198.51.100.2:1000", null);
        connect(full, lite);
        network.detach(SimIcePeer.address("198.51.100.2:1000"));
        network.conditions(new SimNetwork.Conditions(SECOND / 100, 1, 0, 0, 1472));
        network.run(40 * SECOND);
        assertThat(lite.agent().state()).isEqualTo(IceState.FAILED);
    }

    /** Section 8.2: two lite agents take what they were told, and check nothing. */
    @Test
    void twoLiteAgents() {
        SimIcePeer a = SimIcePeer.lite(network, true).at("198.51.100.1:1000", null);
        SimIcePeer b = SimIcePeer.lite(network, false).at("198.51.100.2:1000", null);
        connect(a, b);
        assertThat(network.log()).isEmpty();
        network.run(60 * SECOND);
        assertThat(a.connected()).isTrue();
        assertThat(a.selected().remote().address()).isEqualTo(SimIcePeer.address("198.51.100.2:1000"));
    }
}
