package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.support.Certificate;
import dev.isthmus.turn.support.TurnProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * coturn's own load client against our server: 20 clients, channels anywhere in RFC 5766's range, or Send indications; nothing is lost. UDP and
 * DTLS share a port, and TCP and TLS do.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UclientIT {
    private static final List<String> BY_PASSWORD = List.of("-u", "user", "-w", "pass");
    private final int port = Ports.free(1);
    private final int peerPort = Ports.free(2);
    private final List<AutoCloseable> open = new ArrayList<>();
    private TurnProcess server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Peers.command("turnutils_uclient", "coturn");
        String tls = "port=" + port + "," + Certificate.make(folder).settings();
        StringBuilder listeners = new StringBuilder();
        for (String host : List.of("127.0.0.1", "::1")) {
            listeners.append(",{transport=udp,address=\"").append(host).append("\",").append(tls).append("},{transport=tcp,address=\"")
                    .append(host).append("\",").append(tls).append('}');
            open.add(Command.start("turnutils_peer", "-L", host, "-p", Integer.toString(peerPort)));
        }
        server = TurnProcess.startOn(listeners.substring(1), "isthmus.turn.loops=2", "isthmus.turn.realm=example.org",
                "isthmus.turn.relay.addresses=[\"127.0.0.1\", \"::1\"]", "isthmus.turn.auth.users={user=pass}",
                "isthmus.turn.auth.secrets=[north]", "isthmus.turn.tcp-relaying=true",
                "isthmus.turn.peers.allow=[\"127.0.0.0/8\", \"::1\"]");
        open.add(server);
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Command uclient(int seconds, List<String> who, String address, int clients, int packets, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("turnutils_uclient", "-m", Integer.toString(clients), "-n", Integer.toString(packets),
                "-p", Integer.toString(port), "-e", address, "-r", Integer.toString(peerPort)));
        words.addAll(who);
        words.addAll(List.of(more));
        words.add(address);
        return Command.run(seconds, words.toArray(String[]::new));
    }

    /** Channels and indications; -S over UDP is DTLS, over TCP it is TLS. */
    @ParameterizedTest
    @CsvSource({"127.0.0.1, -c", "127.0.0.1, -cs", "127.0.0.1, -ct", "127.0.0.1, -cts", "127.0.0.1, -ctS", "127.0.0.1, -cS",
            "127.0.0.1, -csS", "::1, -cx", "::1, -ctx", "::1, -ctSx", "::1, -cSx"})
    void nothingIsLost(String address, String mode) throws Exception {
        assertThat(uclient(90, BY_PASSWORD, address, 20, 100, mode).output())
                .contains("Total lost packets 0 (0.000000%), total send dropped 0 (0.000000%)")
                .contains("tot_send_bytes ~ 200000, tot_recv_bytes ~ 200000");
    }

    /** The shared secret of the REST mechanism; and clients that move while they send (RFC 8016). */
    @Test
    void secretsAndMobility() throws Exception {
        assertThat(uclient(60, List.of("-u", "user", "-W", "north"), "127.0.0.1", 10, 50, "-c").output()).contains("Total lost packets 0 ");
        for (String mode : List.of("-cM", "-cMt")) { // with -S the tool tries old versions of TLS too, and gives up
            assertThat(uclient(60, BY_PASSWORD, "127.0.0.1", 10, 50, mode).output()).as(mode).contains("Total lost packets 0 ");
        }
    }

    /** Connections with peers over TCP (RFC 6062), made by us and by the peer; in the latter mode the tool sends one way only. */
    @Test
    void tcpRelaying() throws Exception {
        for (String mode : List.of("-T", "-TS")) {
            assertThat(uclient(60, BY_PASSWORD, "127.0.0.1", 2, 20, mode).output()).as(mode).contains("Total lost packets 0 ")
                    .contains("tot_send_bytes ~ 4000, tot_recv_bytes ~ 4000");
        }
        assertThat(uclient(60, BY_PASSWORD, "127.0.0.1", 2, 20, "-P").output()).contains("tot_send_bytes ~ 4000, tot_recv_bytes ~ 2000");
    }

    /** What the tool does wrong on purpose: the server goes on serving. */
    @ParameterizedTest
    @ValueSource(strings = {"-cN", "-cR", "-cO", "-cB", "-cOt", "-cOS"})
    void wrongOnPurpose(String mode) throws Exception {
        String failures = server.command().output();
        try (Command tool = Command.start("timeout", "15", "turnutils_uclient", mode, "-m", "5", "-n", "10", "-p", Integer.toString(port),
                "-u",
                "user", "-w", "pass", "-e", "127.0.0.1", "-r", Integer.toString(peerPort), "127.0.0.1")) {
            tool.await(30);
        }
        assertThat(server.command().isAlive()).isTrue();
        assertThat(server.command().output()).as("nothing is logged").isEqualTo(failures);
        assertThat(Command.run(20, "turnutils_stunclient", "-p", Integer.toString(port), "127.0.0.1").output())
                .contains("UDP reflexive addr: 127.0.0.1:");
    }
}
