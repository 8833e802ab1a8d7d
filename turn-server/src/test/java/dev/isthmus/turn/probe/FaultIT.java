package dev.isthmus.turn.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.turn.probe.net.Sockets;
import dev.isthmus.turn.support.TurnProcess;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The probes are honest: a server with a fault does not pass the probe that is about it, and a sound one does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultIT {
    private static final Map<String, String> PASSWORDS = Map.of("alice", "secret", "bob", "secret2");
    private final TurnProcess server;

    FaultIT() throws Exception {
        server = TurnProcess.start("isthmus.turn.realm=example.org", "isthmus.turn.auth.users={alice=secret,bob=secret2}",
                "isthmus.turn.relay.addresses=[\"127.0.0.1\", \"::1\"]", "isthmus.turn.peers.allow=[\"127.0.0.0/8\", \"::1\"]");
    }

    @BeforeAll
    void thereAreEnough() {
        assertThat(Faults.all().stream().map(Faults.Seeded::name).distinct()).hasSizeGreaterThanOrEqualTo(40);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static List<Faults.Seeded> faults() {
        return Faults.all();
    }

    private List<Probe.Outcome> probe(FaultProxy.Fault fault, Predicate<Probe> which) throws Exception {
        try (FaultProxy proxy = new FaultProxy(server.port(), PASSWORDS, fault)) {
            Sockets sockets = new Sockets(Sockets.Carrier.UDP, proxy.address(), InetAddress.getByName("127.0.0.1"),
                    new SecureRandomSource());
            return new Suite().run(which, sockets, new Trial.Users("alice", "secret", "bob", "secret2"), new SecureRandomSource(), o -> {});
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultIsCaught(Faults.Seeded seeded) throws Exception {
        List<Probe.Outcome> outcomes = probe(seeded.fault(), p -> p.id().equals(seeded.probe()));
        assertThat(outcomes).as("the probe %s", seeded.probe()).hasSize(1);
        assertThat(outcomes.get(0).verdict()).as(outcomes.toString()).isEqualTo(Probe.Verdict.FAILED);
    }

    @Test
    void withoutAFaultTheyPass() throws Exception {
        var named = Faults.all().stream().map(Faults.Seeded::probe).collect(Collectors.toSet());
        List<Probe.Outcome> outcomes = probe(new FaultProxy.Fault() {
        }, p -> named.contains(p.id()));
        assertThat(outcomes).allMatch(o -> o.verdict() == Probe.Verdict.PASSED);
    }
}
