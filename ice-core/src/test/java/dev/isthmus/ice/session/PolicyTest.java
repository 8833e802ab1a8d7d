package dev.isthmus.ice.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.turn.client.TurnClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which hosts peers are told of. */
class PolicyTest {
    private static TransportAddress at(String address) {
        return Objects.requireNonNull(TransportAddress.parse(address, 4000));
    }

    private static List<String> told(IcePolicy policy, String... hosts) {
        SeededRandom random = new SeededRandom(5);
        IceAgent.Setup agent = new IceAgent.Setup(true, 1, 2, IceCredentials.random(random), false);
        IceSession session = new IceSession(new IceSession.Setup(agent, policy, List.of(), TurnClient.Family.BOTH, false), random,
                IceSession.Shared.create());
        session.gather(List.of(hosts).stream().map(PolicyTest::at).toList(), 0);
        List<String> told = new ArrayList<>();
        for (SessionEvent event = session.pollEvent(); event != null; event = session.pollEvent()) {
            if (event instanceof SessionEvent.CandidateFound(var candidate)) {
                told.add(candidate.address().host());
            }
        }
        assertThat(session.told()).as("and the same after a restart").extracting(c -> c.address().host()).isEqualTo(told);
        return told;
    }

    @Test
    void eachToldItsOwn() {
        String[] hosts = {"10.0.0.1", "198.51.100.7", "2a00::1", "fd00::1"};
        assertThat(told(IcePolicy.ALL, hosts)).containsExactlyInAnyOrder(hosts);
        assertThat(told(IcePolicy.PUBLIC, hosts)).containsExactlyInAnyOrder("198.51.100.7", "2a00::1");
        assertThat(told(IcePolicy.RELAY, hosts)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, false", "10.9.9.9, false", "172.15.0.1, true", "172.16.0.1, false", "172.31.255.255, false", "172.32.0.1, true",
            "192.168.1.1, false", "192.169.0.1, true", "169.254.1.1, false", "100.63.0.1, true", "100.64.0.1, false",
            "100.127.255.255, false", "100.128.0.1, true", "0.0.0.0, false", "239.1.1.1, false", "8.8.8.8, true", "::1, false",
            "fe80::1, false",
            "fc00::1, false", "fdff::1, false", "2001:4860::1, true"})
    void whatIsPublic(String address, boolean global) {
        assertThat(at(address).isGlobal()).isEqualTo(global);
    }
}
