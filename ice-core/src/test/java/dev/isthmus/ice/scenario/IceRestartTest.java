package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SimIcePeer;
import dev.isthmus.ice.sim.SimNetwork;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A restart replaces the credentials and the pair, while media goes on by the old pair. */
class IceRestartTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    @Test
    void theOldPairStaysSelectedUntilANewOneWorks() {
        SimNetwork network = new SimNetwork(1);
        SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
        SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), MINUTE)).isTrue();
        CandidatePair before = a.selected();
        String oldUfrag = a.agent().localCredentials().ufrag();

        a.restart();
        b.restart();
        assertThat(a.selected()).isSameAs(before);
        assertThat(a.agent().state()).isEqualTo(IceState.CONNECTED);
        assertThat(a.agent().localCredentials().ufrag()).isNotEqualTo(oldUfrag);

        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.selected() != before && b.selected().nominated(), MINUTE)).isTrue();
        network.run(TimeUnit.MINUTES.toNanos(2));
        assertThat(a.connected()).isTrue();
        assertThat(b.connected()).isTrue();
    }

    @Test
    void twoRestartsInARowKeepThePairThatCarriesMedia() {
        SimNetwork network = new SimNetwork(2);
        SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
        SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), MINUTE)).isTrue();
        b.restart();
        b.restart();
        network.run(TimeUnit.MINUTES.toNanos(2));
        assertThat(a.connected()).as("its consent checks still carry the first generation's credentials").isTrue();
        assertThat(b.agent().liveUfrags()).hasSize(2);
    }

    @Test
    void aPathThatDiedIsReplacedByARestartEvenWhenItsConsentRunsOutMeanwhile() {
        SimNetwork network = new SimNetwork(3);
        SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
        SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), MINUTE)).isTrue();
        network.conditions(new SimNetwork.Conditions(TimeUnit.MILLISECONDS.toNanos(10), 1, 0, 0, 1472));
        network.run(TimeUnit.SECONDS.toNanos(20));
        a.restart();
        b.restart();
        a.learn(b);
        b.learn(a);
        network.run(TimeUnit.SECONDS.toNanos(15));
        assertThat(a.agent().state()).isEqualTo(IceState.CHECKING);
        network.conditions(SimNetwork.Conditions.GOOD);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), MINUTE)).isTrue();
    }

    /** Browsers restart so: from new sockets, with the credentials of before until the answer comes. */
    @Test
    void wherePeersHaveProvedThemselvesBeforeDataIsStillTaken() {
        SimNetwork network = new SimNetwork(4);
        SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
        SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);
        a.learn(b);
        b.learn(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), MINUTE)).isTrue();
        TransportAddress base = b.selected().local().base();
        TransportAddress elsewhere = Objects.requireNonNull(TransportAddress.parse("10.0.0.1:7777"));
        IceCredentials before = b.agent().localCredentials();
        b.restart();
        assertThat(b.agent().admits(base, elsewhere, 1)).isFalse();
        assertThat(b.agent().onPacket(check(before), base, elsewhere, network.now())).isEqualTo(IceReason.CHECK_ANSWERED);
        assertThat(b.agent().admits(base, elsewhere, 1)).as("it was checked with the credentials of before").isTrue();
        b.restart();
        assertThat(b.agent().admits(base, elsewhere, 1)).isTrue();
        assertThat(b.agent().admits(base, elsewhere.withPort(7778), 1)).isFalse();
    }

    private static StunMessage check(IceCredentials of) {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.BINDING, 1, 2).text(StunAttribute.USERNAME, of.ufrag() + ":peer")
                .int32(StunAttribute.PRIORITY, 1).int64(StunAttribute.ICE_CONTROLLING, 1)
                .integrity(new MessageIntegrity(), MessageIntegrity.shortTermKey(of.password())).fingerprint();
        StunMessage message = new StunMessage();
        assertThat(message.wrap(buffer, 0, writer.length())).isEqualTo(StunResult.OK);
        return message;
    }
}
