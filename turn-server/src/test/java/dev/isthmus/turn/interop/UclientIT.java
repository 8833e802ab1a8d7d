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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * coturn's own load client against our server: 20 clients, channels anywhere in RFC 5766's range, or Send indications; nothing is lost. TCP and
 * TLS share a port.
 */
class UclientIT {
    @ParameterizedTest
    @CsvSource({"udp, 127.0.0.1, -c", "udp, 127.0.0.1, -cs", "tcp, 127.0.0.1, -ct", "tcp, 127.0.0.1, -cts", "tcp, 127.0.0.1, -ctS",
            "udp, ::1, -cx", "tcp, ::1, -ctSx"})
    void nothingIsLost(String transport, String address, String mode, @TempDir Path folder) throws Exception {
        Peers.command("turnutils_uclient", "coturn");
        String tls = Certificate.make(folder).settings();
        int peerPort = Ports.free(2);
        String listeners = "{transport=udp,address=\"127.0.0.1\",port=0},{transport=udp,address=\"::1\",port=0},"
                + "{transport=tcp,address=\"127.0.0.1\",port=0," + tls + "},{transport=tcp,address=\"::1\",port=0," + tls + "}";
        try (TurnProcess server = TurnProcess.startOn(listeners, "isthmus.turn.loops=2", "isthmus.turn.realm=example.org",
                "isthmus.turn.relay.addresses=[\"127.0.0.1\", \"::1\"]", "isthmus.turn.auth.users={user=pass}",
                "isthmus.turn.peers.allow=[\"127.0.0.0/8\", \"::1\"]");
                Command peer = Command.start("turnutils_peer", "-L", address, "-p", Integer.toString(peerPort))) {
            List<String> words = new ArrayList<>(
                    List.of("turnutils_uclient", mode, "-m", "20", "-n", "100", "-u", "user", "-w", "pass", "-e",
                            address, "-r", Integer.toString(peerPort), "-p",
                            Integer.toString(server.port(transport, address.equals("::1") ? "[::1]" : address)), address));
            Command client = Command.run(90, words.toArray(String[]::new));
            assertThat(peer.isAlive()).isTrue();
            assertThat(client.output()).contains("Total lost packets 0 (0.000000%), total send dropped 0 (0.000000%)")
                    .contains("tot_send_bytes ~ 200000, tot_recv_bytes ~ 200000");
        }
    }
}
