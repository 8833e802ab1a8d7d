package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.sim.SimIcePeer;
import dev.isthmus.ice.sim.SimNetwork;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Checks that are not the peer's, and more of the peer's than there is room for. */
class IceForgeryTest {
    private static final TransportAddress AT = SimIcePeer.address("198.51.100.1:1000");
    private static final TransportAddress STRANGER = SimIcePeer.address("192.0.2.66:1000");
    private final SimNetwork network = new SimNetwork(5);
    private final SeededRandom random = new SeededRandom(9);
    private final SimIcePeer attacked = new SimIcePeer(network, false, 1).at("198.51.100.1:1000", null);

    /** A check for a username fragment, signed with a password or not at all. */
    private byte[] check(String ufrag, @Nullable String password) {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.BINDING, random.nextInt(), random.nextLong());
        writer.text(StunAttribute.USERNAME, ufrag + ":peer").int32(StunAttribute.PRIORITY, 1).int64(StunAttribute.ICE_CONTROLLING, 7)
                .flag(StunAttribute.USE_CANDIDATE);
        if (password != null) {
            writer.integrity(new MessageIntegrity(), MessageIntegrity.shortTermKey(password));
        }
        writer.fingerprint();
        return Arrays.copyOf(buffer.array(), writer.length());
    }

    @Test
    void whatIsNotSignedDoesNothing() {
        IceCredentials own = attacked.agent().localCredentials();
        assertThat(attacked.receive(check(own.ufrag(), null), AT, STRANGER)).isEqualTo(IceReason.NO_INTEGRITY);
        assertThat(attacked.receive(check(own.ufrag(), "another password of it"), AT, STRANGER)).isEqualTo(IceReason.WRONG_INTEGRITY);
        assertThat(attacked.receive(check("other", own.password()), AT, STRANGER)).isEqualTo(IceReason.WRONG_USERNAME);
        assertThat(attacked.agent().pairs()).isEmpty();
        assertThat(network.log()).isEmpty(); // nobody is answered
        for (IceReason reason : new IceReason[]{IceReason.NO_INTEGRITY, IceReason.WRONG_INTEGRITY, IceReason.WRONG_USERNAME}) {
            assertThat(attacked.counters().get(reason)).isEqualTo(1);
        }
    }

    /** Sixteen addresses that were not signalled, and again as many when those have led to nothing. */
    @Test
    void aFloodOfSources() {
        attacked.learn(new SimIcePeer(network, true, 2).at("198.51.100.2:1000", null));
        network.detach(SimIcePeer.address("198.51.100.2:1000"));
        IceCredentials own = attacked.agent().localCredentials();
        for (int i = 1; i <= 10_000; i++) {
            attacked.receive(check(own.ufrag(), own.password()), AT, STRANGER.withPort(i));
        }
        assertThat(attacked.agent().pairs()).hasSize(17);
        assertThat(attacked.counters().get(IceReason.TOO_MANY_CANDIDATES)).isEqualTo(10_000 - 16);
        network.run(TimeUnit.SECONDS.toNanos(60)); // nobody answers from there
        attacked.receive(check(own.ufrag(), own.password()), AT, STRANGER.withPort(20_000));
        assertThat(attacked.agent().pairs()).hasSize(17).anyMatch(pair -> pair.remote().address().port() == 20_000);
    }
}
