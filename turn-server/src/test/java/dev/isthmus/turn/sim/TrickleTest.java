package dev.isthmus.turn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Candidates one by one, early, late and of another generation (RFC 8838, RFC 8840). */
class TrickleTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final SimNetwork network = new SimNetwork(2);
    private final SimSession one = session("198.51.100.1:1000", true);
    private final SimSession two = session("198.51.100.2:1000", false);

    private SimSession session(String base, boolean controlling) {
        return new SimSession(network,
                new SimSession.Place(List.of(address(base)), null, false, IcePolicy.ALL, List.of()), controlling);
    }

    private static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    private static CandidateAttribute line(String address, Map<String, String> extensions) {
        return CandidateAttribute.of(Candidate.host(address(address), 65535), extensions);
    }

    /** A candidate of a restart that arrives before its credentials waits, and one of before the restart is dropped. */
    @Test
    void aCandidateBelongsToItsGeneration() {
        one.begin(two);
        two.begin(one);
        assertThat(network.runUntil(() -> one.connected() && two.connected(), 10 * SECOND)).isTrue();
        String old = one.session().agent().remoteUfrag();
        IceCredentials fresh = IceCredentials.random(network.random());
        one.session().restart(IceCredentials.random(network.random()), network.now());
        one.session().addRemoteCandidate(line("198.51.100.77:7", Map.of("ufrag", fresh.ufrag())), "", network.now());
        assertThat(one.session().agent().pairs()).isEmpty();
        one.session().setRemoteCredentials(fresh, network.now());
        assertThat(one.session().agent().pairs()).hasSize(1);
        one.session().addRemoteCandidate(line("198.51.100.78:8", Map.of()), old, network.now());
        one.session().addRemoteCandidate(line("198.51.100.79:9", Map.of()), "", network.now());
        assertThat(one.session().agent().pairs()).extracting(p -> p.remote().address().port()).containsExactlyInAnyOrder(7, 9);
        assertThat(one.counters().get(SessionReason.EARLY_CANDIDATE)).isOne();
        assertThat(one.counters().get(SessionReason.STALE_CANDIDATE)).isOne();
    }

    /** Whoever signals without end does not fill our memory. */
    @Test
    void earlyCandidatesAreLimited() {
        for (int i = 0; i < 100; i++) {
            one.session().addRemoteCandidate(line("198.51.100.77:" + (i + 1), Map.of("ufrag", "gen" + i)), "", network.now());
        }
        assertThat(one.counters().get(SessionReason.EARLY_CANDIDATE)).isEqualTo(64);
        assertThat(one.counters().get(SessionReason.TOO_MANY_EARLY)).isEqualTo(36);
    }

    @Test
    void whatCannotBeCheckedIsCounted() {
        for (String text : List.of("candidate:1 1 tcp 1 198.51.100.1 9 typ host", "candidate:1 1 udp 1 x.local 9 typ host",
                "candidate:1 1 udp 1 198.51.100.1 9 typ other")) {
            one.session().addRemoteCandidate(Objects.requireNonNull(CandidateAttribute.parse(text)), "", network.now());
        }
        assertThat(one.counters().get(SessionReason.UNUSABLE_CANDIDATE)).isEqualTo(3);
    }

    /** While candidates still come nothing is called failed; after the last one patience is 39.5 s (RFC 8863). */
    @Test
    void theLastCandidateCounts() {
        one.session().setRemoteCredentials(IceCredentials.random(network.random()), network.now());
        one.session().gather(List.of(address("198.51.100.1:1000")), network.now());
        one.session().addRemoteCandidate(line("198.51.100.77:7", Map.of()), "", network.now());
        network.run(39 * SECOND);
        one.session().addRemoteCandidate(line("198.51.100.78:8", Map.of()), "", network.now());
        one.session().endOfRemoteCandidates("", network.now());
        network.run(38 * SECOND);
        assertThat(one.session().agent().state()).isEqualTo(IceState.CHECKING);
        network.run(4 * SECOND);
        assertThat(one.session().agent().state()).isEqualTo(IceState.FAILED);
    }
}
