package dev.isthmus.turn.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.probe.net.Sockets.Carrier;
import dev.isthmus.turn.support.Certificate;
import dev.isthmus.turn.support.TurnProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** turn-probe against our server, on all four transports and both address families, and against coturn; CONFORMANCE.md says the same. */
class ProbeIT {
    private static final Path DOCUMENT = Path.of("CONFORMANCE.md");

    @TempDir
    @SuppressWarnings("NullAway") // by JUnit
    private Path folder;

    private static Conformance.Way way(Carrier carrier, String host, int port) {
        return new Conformance.Way(carrier, Objects.requireNonNull(TransportAddress.parse(host, port)));
    }

    @Test
    void nothingFailsOnOurs() throws Exception {
        String tls = Certificate.make(folder).settings();
        int port = Ports.free(2);
        StringBuilder listeners = new StringBuilder();
        for (String host : List.of("127.0.0.1", "::1")) {
            for (String transport : List.of("udp", "tcp")) {
                listeners.append(",{transport=").append(transport).append(",address=\"").append(host).append("\",port=").append(port)
                        .append(',')
                        .append(tls).append('}');
            }
        }
        try (TurnProcess server = TurnProcess.startOn(listeners.substring(1), "isthmus.turn.loops=2", "isthmus.turn.realm=example.org",
                "isthmus.turn.auth.users={alice=secret,bob=secret2}", "isthmus.turn.relay.addresses=[\"127.0.0.1\", \"::1\"]",
                "isthmus.turn.peers.allow=[\"127.0.0.0/8\", \"::1\"]", "isthmus.turn.tcp-relaying=true",
                "isthmus.turn.nat-discovery.primary=\"127.0.0.1:" + port + "\"",
                "isthmus.turn.nat-discovery.alternate=\"127.0.0.2:" + (port + 1) + "\"")) {
            List<Conformance.Way> ways = new ArrayList<>();
            for (Carrier carrier : Carrier.values()) {
                ways.add(way(carrier, "127.0.0.1", port));
                ways.add(way(carrier, "::1", port));
            }
            Conformance ours = Conformance.of(ways);
            assertThat(ours.failures()).isEmpty();
            assertThat(server.command().output()).doesNotContain("Exception");
            compare(ours, 1);
        }
    }

    @Test
    void coturnIsAskedTheSame() throws Exception {
        Peers.command("turnserver", "coturn");
        Certificate certificate = Certificate.make(folder);
        int port = Ports.free(2);
        try (Command coturn = Command.start("turnserver", "-n", "--listening-ip=127.0.0.1", "--listening-port=" + port,
                "--tls-listening-port=" + (port + 1), "--relay-ip=127.0.0.1", "--relay-ip=::1", "--min-port=52000", "--max-port=59000",
                "--lt-cred-mech", "--user=alice:secret", "--user=bob:secret2", "--realm=example.org", "--allow-loopback-peers", "--no-cli",
                "--mobility", "--cert=" + certificate.certificate(), "--pkey=" + certificate.key(), "--log-file=stdout", "--simple-log",
                "--pidfile=" + folder.resolve("pid"), "--userdb=" + folder.resolve("db"))) {
            coturn.line(30, l -> l.contains("admin thread"));
            Conformance theirs = Conformance.of(List.of(way(Carrier.UDP, "127.0.0.1", port), way(Carrier.TCP, "127.0.0.1", port),
                    way(Carrier.TLS, "127.0.0.1", port + 1), way(Carrier.DTLS, "127.0.0.1", port + 1)));
            assertThat(theirs.count(Probe.Verdict.PASSED)).as("a suite that another server fails altogether says nothing")
                    .isGreaterThan(150);
            compare(theirs, 2);
        }
    }

    /** Writes the column as it was found beside what the document says of it. Ours must agree; another's may differ by version and load. */
    private static void compare(Conformance found, int column) throws Exception {
        List<String> rows = Files.readAllLines(DOCUMENT).stream().filter(l -> l.startsWith("| `")).toList();
        List<String> says = new ArrayList<>();
        List<String> is = new ArrayList<>();
        for (Probe probe : new Suite().probes()) {
            String row = rows.stream().filter(r -> r.startsWith("| `" + probe.id() + "` |")).findFirst().orElse("");
            String[] cells = row.split(" \\| ", -1);
            says.add(probe.id() + ": " + (cells.length < 5 ? "" : cells[column + 2].replace(" |", "").strip()));
            is.add(probe.id() + ": " + found.verdict(probe.id()).label());
        }
        Files.write(Path.of("target", "conformance-" + column + ".txt"), is);
        if (column == 1) {
            assertThat(says).isEqualTo(is);
        } else {
            assertThat(rows).hasSameSizeAs(is);
        }
    }
}
