package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.sim.SimIcePeer;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pair whose way is that of another session of the owner's: for a while it may become free, since its holder's peer may be gone. */
class IceContestTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final SimNetwork network = new SimNetwork(1);
    private final SimIcePeer a = new SimIcePeer(network, true, 1).at("10.0.0.1:1000", null);
    private final SimIcePeer b = new SimIcePeer(network, false, 2).at("10.0.0.2:2000", null);

    @BeforeEach
    void connect() {
        a.learn(b);
        b.learn(a);
    }

    /** Each has its own time: neither begins anew because the other was tried. */
    @Test
    void twoWaysAreGivenUpOneByOne() {
        a.at("10.0.0.1:1001", null);
        b.learn(a);
        assertThat(contest(11 * SECOND)).isPositive();
        assertThat(contest(4 * SECOND)).isPositive();
        assertThat(contest(60 * SECOND)).isZero();
        assertThat(a.agent().state()).isEqualTo(IceState.FAILED);
    }

    /** A way whose base is gone is not asked for once more. */
    @Test
    void aWayThatIsGone() {
        assertThat(network.runUntil(a::connected, SECOND)).isTrue();
        a.inUse();
        a.agent().removeBase(SimIcePeer.address("10.0.0.1:1000"), network.now());
        network.detach(SimIcePeer.address("10.0.0.2:2000")); // whose own checks would bring it back
        int sent = network.log().size();
        network.run(5 * SECOND);
        assertThat(network.log().stream().skip(sent)).noneMatch(packet -> packet.from().port() == 1000);
    }

    /** Takes the way away whenever it is taken, for so long; returns how often that was. */
    private int contest(long nanos) {
        long end = network.now() + nanos;
        int times = 0;
        while (network.runUntil(a::connected, end - network.now())) {
            a.inUse();
            times++;
        }
        return times;
    }

    @Test
    void itIsTriedOnceASecondUntilItIsFree() {
        assertThat(contest(8 * SECOND)).isBetween(7, 9);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), 2 * SECOND)).isTrue();
    }

    @Test
    void afterTwelveSecondsItIsGivenUp() {
        assertThat(contest(60 * SECOND)).isBetween(12, 16);
        assertThat(a.counters().get(IceReason.ADDRESS_IN_USE)).isPositive();
        assertThat(a.agent().state()).isEqualTo(IceState.FAILED);
    }
}
