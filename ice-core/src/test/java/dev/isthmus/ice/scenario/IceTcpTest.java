package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.CandidateTransport;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.sim.SimIcePeer;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidates of TCP in the check list (RFC 6544, sections 6 to 8). */
class IceTcpTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final SimNetwork network = new SimNetwork(3);

    private void connect(SimIcePeer a, SimIcePeer b) {
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), 30 * SECOND)).isTrue();
    }

    /** Active meets passive, nothing meets its own kind, and a passive candidate asks nobody. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoMeetsWhom(boolean controlling) {
        SimIcePeer active = new SimIcePeer(network, controlling, 1).tcp("198.51.100.1:9", CandidateTransport.TCP_ACTIVE)
                .tcp("198.51.100.1:2000", CandidateTransport.TCP_PASSIVE);
        SimIcePeer passive = new SimIcePeer(network, !controlling, 2).tcp("198.51.100.2:2000", CandidateTransport.TCP_PASSIVE)
                .at("198.51.100.2:2000", null);
        connect(active, passive);
        assertThat(active.agent().pairs()).hasSize(1);
        assertThat(active.selected().local().transport()).isEqualTo(CandidateTransport.TCP_ACTIVE);
        assertThat(passive.selected().remote().transport()).isEqualTo(CandidateTransport.TCP_ACTIVE);
    }

    /** Where nothing is lost nothing is repeated. */
    @Test
    void noRepetitions() {
        SimIcePeer active = new SimIcePeer(network, true, 1).tcp("198.51.100.1:9", CandidateTransport.TCP_ACTIVE);
        SimIcePeer nobody = new SimIcePeer(network, false, 2);
        nobody.tcp("198.51.100.2:2000", CandidateTransport.TCP_PASSIVE);
        active.learn(nobody);
        network.detach(nobody.agent().localCandidates().get(0).base());
        network.run(30 * SECOND);
        assertThat(network.log()).hasSize(1);
        assertThat(network.runUntil(() -> active.agent().state() == IceState.FAILED, 20 * SECOND)).isTrue();
    }

    /** Whoever opened the connection opens another one; the other side hears it as a peer that comes from elsewhere. */
    @Test
    void aConnectionIsOpenedAnew() {
        SimIcePeer active = new SimIcePeer(network, true, 1).tcp("198.51.100.1:9", CandidateTransport.TCP_ACTIVE);
        SimIcePeer passive = new SimIcePeer(network, false, 2).tcp("198.51.100.2:2000", CandidateTransport.TCP_PASSIVE);
        connect(active, passive);
        passive.cut();
        assertThat(passive.connected()).isFalse();
        active.cut();
        assertThat(active.agent().state()).isEqualTo(IceState.CHECKING);
        assertThat(network.runUntil(() -> active.connected() && passive.connected(), 5 * SECOND)).isTrue();
    }
}
