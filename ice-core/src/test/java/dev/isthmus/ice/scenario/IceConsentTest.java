package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.IceEvent;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.sim.SimIcePeer;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Consent (RFC 7675): kept while the peer answers, lost after thirty seconds of silence. */
class IceConsentTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final SimNetwork network = new SimNetwork(1);
    private final SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
    private final SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);

    private void connect() {
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), 60 * SECOND)).isTrue();
    }

    @Test
    void twoMinutesWithALivingPeer() {
        connect();
        network.run(120 * SECOND);
        assertThat(a.connected()).isTrue();
        assertThat(a.events()).doesNotContain(new IceEvent.StateChanged(IceState.DISCONNECTED));
    }

    @Test
    void silenceIsNoticedAndThenEndsConsent() {
        connect();
        network.detach(SimIcePeer.address("10.0.0.2:2000"));
        network.run(20 * SECOND);
        assertThat(a.agent().state()).isEqualTo(IceState.DISCONNECTED);
        network.run(20 * SECOND);
        assertThat(a.agent().state()).isEqualTo(IceState.FAILED);
        assertThat(a.agent().selectedPair()).isNull();
        assertThat(a.counters().get(IceReason.CONSENT_LOST)).isEqualTo(1);
    }

    @Test
    void anAnswerAfterASilenceReconnects() {
        connect();
        network.conditions(new SimNetwork.Conditions(SECOND / 100, 1, 0, 0, 1472));
        network.run(15 * SECOND);
        assertThat(a.agent().state()).isEqualTo(IceState.DISCONNECTED);
        network.conditions(SimNetwork.Conditions.GOOD);
        network.run(10 * SECOND);
        assertThat(a.agent().state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void slowAnswersCountAsConsent() {
        network.conditions(new SimNetwork.Conditions(SECOND * 3 / 5, 0, 0, 0, 1472));
        connect();
        network.run(120 * SECOND);
        assertThat(a.connected()).isTrue();
        assertThat(b.connected()).isTrue();
    }

    @Test
    void aRestartThatNeverCompletesStillLosesConsent() {
        connect();
        a.restart();
        network.detach(SimIcePeer.address("10.0.0.2:2000"));
        network.run(60 * SECOND);
        assertThat(a.agent().state()).isEqualTo(IceState.FAILED);
    }

    @Test
    void duringARestartTheOldPairKeepsConsentWithTheOldCredentials() {
        connect();
        a.restart();
        b.restart();
        network.run(90 * SECOND);
        assertThat(a.connected()).isTrue();
        assertThat(b.connected()).isTrue();
    }

    @Test
    void afterConsentIsLostOnlyANewAnswerBringsThePairBack() {
        connect();
        network.conditions(new SimNetwork.Conditions(SECOND / 100, 1, 0, 0, 1472));
        network.run(60 * SECOND);
        assertThat(b.agent().state()).isEqualTo(IceState.FAILED);
        network.conditions(SimNetwork.Conditions.GOOD);
        network.run(10 * SECOND);
        assertThat(b.agent().selectedPair()).isNull();
    }

    /** With another pair that worked once the agent does not give up, and does not wait for ever: nothing is sent without consent. */
    @Test
    void aPeerThatIsGoneIsGoneOnEveryPair() {
        a.at("10.0.0.1:1001", null);
        connect();
        network.run(5 * SECOND);
        network.conditions(new SimNetwork.Conditions(SECOND / 100, 1, 0, 0, 1472));
        network.run(36 * SECOND);
        assertThat(a.agent().state()).isEqualTo(IceState.CHECKING);
        assertThat(b.agent().selectedPair()).isNull();
        network.run(45 * SECOND);
        assertThat(a.agent().state()).isEqualTo(IceState.FAILED);
        assertThat(b.agent().state()).isEqualTo(IceState.FAILED);
    }
}
