package dev.isthmus.ice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceTransmit;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.sim.SimIcePeer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When checks go out (RFC 8445, sections 6.1.4.2 and 14): one each Ta, over all components. */
class IcePacingTest {
    private static final long START = TimeUnit.SECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int REMOTES = 4;
    private final SeededRandom random = new SeededRandom(1);
    private final List<IceAgent> agents = new ArrayList<>();
    /** The transactions that were seen, so that what is sent again does not count. */
    private final Set<ByteBuffer> seen = new HashSet<>();

    IcePacingTest() {
        agents.add(new IceAgent(new IceAgent.Setup(true, 1, 1, IceCredentials.random(random)), random, new Counters<>(IceReason.class)));
    }

    private void begin() {
        for (int component = 1; component <= agents.size(); component++) {
            IceAgent agent = agents.get(component - 1);
            agent.addLocalCandidate(Candidate.host(SimIcePeer.address("10.0.0.1:100" + component), 65_535).inComponent(component), START);
            for (int i = 1; i <= REMOTES; i++) {
                agent.addRemoteCandidate(Candidate.host(SimIcePeer.address("10.0.1." + i + ":100" + component), 65_535 - i)
                        .inComponent(component).withFoundation("" + i + component), START);
            }
        }
        agents.forEach(agent -> agent.setRemoteCredentials(new IceCredentials("peer", "0123456789012345678901"), START));
    }

    /** Returns when new checks went out, in milliseconds, while each timer comes so late. */
    private List<Long> checks(long lateNanos) {
        List<Long> times = new ArrayList<>();
        for (long now = START; now < START + 10 * SECOND; now = lateNanos + next()) {
            for (IceAgent agent : agents) {
                agent.onTimeout(now);
                for (IceTransmit t = agent.pollTransmit(); t != null; t = agent.pollTransmit()) {
                    if (seen.add(ByteBuffer.wrap(t.bytes(), 8, 12).slice())) {
                        times.add(TimeUnit.NANOSECONDS.toMillis(now - START));
                    }
                }
            }
        }
        return times;
    }

    private long next() {
        return agents.stream().mapToLong(IceAgent::nextDeadline).min().orElseThrow();
    }

    /** What the peer asks for (RFC 8839, section 5.5) can make checks slower than ours, to a limit. */
    @ParameterizedTest
    @CsvSource({"0, 20", "1, 20", "50, 50", "10000, 500"})
    void oneEachTa(long wanted, long pacing) {
        if (wanted > 0) {
            agents.get(0).setRemotePacing(TimeUnit.MILLISECONDS.toNanos(wanted));
        }
        begin();
        assertThat(checks(0)).containsExactly(0L, pacing, 2 * pacing, 3 * pacing);
    }

    @Test
    void aSiblingSharesThePace() {
        agents.add(agents.get(0).sibling());
        begin();
        assertThat(checks(0)).containsExactly(0L, 20L, 40L, 60L, 80L, 100L, 120L, 140L);
    }

    /** A loop's timers have slots: the second check is late, but not the fourth by three times as much. */
    @Test
    void whatATimerIsLateByIsNotAddedUp() {
        begin();
        assertThat(checks(TimeUnit.MILLISECONDS.toNanos(1))).containsExactly(0L, 21L, 41L, 61L);
    }
}
