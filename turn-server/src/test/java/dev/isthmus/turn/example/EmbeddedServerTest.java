package dev.isthmus.turn.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialSource;
import dev.isthmus.turn.auth.LongTermUser;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The program of docs/embedding.md, on two loops. */
class EmbeddedServerTest {
    private static final String KEYS = """
            realm = "example.org", loops = 2
            listeners = [ { transport = udp, address = "127.0.0.1", port = 0 } ]
            """;
    private final Map<String, String> passwords = new ConcurrentHashMap<>(Map.of("carol", "pw"));

    /** As a database would: on another thread, and null for nobody. */
    private CredentialSource database() {
        return name -> CompletableFuture.supplyAsync(() -> {
            String password = passwords.get(name);
            return password == null
                    ? null
                    : new CredentialSource.Found(LongTermUser.ofPassword(name, "example.org", password), CredentialPolicy.USER,
                            Long.MAX_VALUE);
        });
    }

    @Test
    void usersOfADatabase() throws Exception {
        try (EmbeddedServer server = new EmbeddedServer(KEYS, database())) {
            TransportAddress at = server.service().listeners().get(0);
            List<TurnSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 16; i++) { // which the kernel spreads over both loops
                TurnSocket socket = new TurnSocket();
                sockets.add(socket);
                Awaitility.await().until(() -> asked(socket, at, "carol").allocate() == 0);
            }
            try (TurnSocket stranger = new TurnSocket()) {
                Awaitility.await().until(() -> asked(stranger, at, "mallory").allocate() == 401);
            }
            assertThat(server.service().allocations()).isEqualTo(16);
            passwords.clear();
            assertThat(server.service().revoke("carol").get()).isEqualTo(16);
            assertThat(server.service().allocations()).isZero();
            assertThat(server.service().count(TurnReason.REVOKED)).isEqualTo(16);
            Awaitility.await().until(() -> asked(sockets.get(0), at, "carol").allocate() == 401);
            for (TurnSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** A client that sends its request again when it is not answered. */
    private static TurnDialog asked(TurnSocket socket, TransportAddress server, String user) {
        return new TurnDialog(request -> {
            byte[] answer = null;
            for (int i = 0; i < 10 && answer == null; i++) {
                socket.send(server, request);
                answer = socket.receive(100);
            }
            return answer;
        }, user, "pw");
    }
}
