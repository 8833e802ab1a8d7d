package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.support.TurnProcess;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** coturn's own load client against our server: 20 clients, channels anywhere in RFC 5766's range, or Send indications; nothing is lost. */
class UclientIT {
    @ParameterizedTest
    @ValueSource(strings = {"-c", "-cs"})
    void nothingIsLost(String mode) throws Exception {
        Peers.command("turnutils_uclient", "coturn");
        int peerPort = Ports.free(2);
        try (TurnProcess server = TurnProcess.start("isthmus.turn.loops=2", "isthmus.turn.realm=example.org",
                "isthmus.turn.auth.users={user=pass}", "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]");
                Command peer = Command.start("turnutils_peer", "-L", "127.0.0.1", "-p", Integer.toString(peerPort))) {
            Command client = Command.run(90, "turnutils_uclient", mode, "-m", "20", "-n", "100", "-u", "user", "-w", "pass", "-e",
                    "127.0.0.1",
                    "-r", Integer.toString(peerPort), "-p", Integer.toString(server.port()), "127.0.0.1");
            assertThat(peer.isAlive()).isTrue();
            assertThat(client.output()).contains("Total lost packets 0 (0.000000%), total send dropped 0 (0.000000%)")
                    .contains("tot_send_bytes ~ 200000, tot_recv_bytes ~ 200000");
        }
    }
}
