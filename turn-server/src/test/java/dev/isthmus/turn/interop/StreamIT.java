package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.support.StreamSocket;
import dev.isthmus.turn.support.Certificate;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnProcess;
import dev.isthmus.turn.support.TurnSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TURN over TCP and TLS against the running daemon (RFC 8656, section 3.1; RFC 8489, section 6.2.2). */
class StreamIT {
    private static final byte[] DATA = {1, 2, 3, 4, 5};

    private static TurnProcess server(String listener, String... more) throws Exception {
        List<String> settings = new ArrayList<>(List.of("isthmus.turn.loops=2", "isthmus.turn.auth.users={u=p}",
                "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]"));
        settings.addAll(List.of(more));
        return TurnProcess.startOn("{transport=udp,address=\"127.0.0.1\",port=0},{address=\"127.0.0.1\",port=0," + listener + "}",
                settings.toArray(String[]::new));
    }

    private static int port(TurnProcess server) {
        return server.port("tcp", "127.0.0.1");
    }

    private static void relays(StreamSocket client) throws Exception {
        try (TurnSocket peer = new TurnSocket()) {
            TurnDialog dialog = client.dialog("u", "p");
            assertThat(dialog.allocate()).isZero();
            TransportAddress relayed = dialog.relayed();
            assertThat(dialog.bind(0x4000, peer.local())).isZero();
            client.send(TurnDialog.channelData(0x4000, DATA), 3);
            assertThat(peer.receive(5000)).isEqualTo(DATA);
            peer.send(relayed, DATA);
            assertThat(client.receive()).isEqualTo(TurnDialog.channelData(0x4000, DATA));
        }
    }

    /** Every message is written in pieces, cut at every byte in turn. */
    @Test
    void messagesMayBeCutAnywhere() throws Exception {
        try (TurnProcess server = server("transport=tcp")) {
            for (int cut = 1; cut < 40; cut++) {
                try (StreamSocket client = StreamSocket.tcp(port(server)).inPiecesOf(cut)) {
                    TurnDialog dialog = client.dialog("u", "p");
                    assertThat(dialog.allocate()).isZero();
                    assertThat(dialog.refresh(0)).isZero();
                }
            }
            try (StreamSocket client = StreamSocket.tcp(port(server)).inPiecesOf(1)) {
                relays(client);
            }
        }
    }

    @Test
    void tlsAndTcpShareAPort(@TempDir Path folder) throws Exception {
        Certificate certificate = Certificate.make(folder);
        try (TurnProcess server = server("transport=tcp," + certificate.settings());
                StreamSocket plain = StreamSocket.tcp(port(server));
                StreamSocket old = StreamSocket.tls(port(server), certificate, "TLSv1.2");
                StreamSocket tls = StreamSocket.tls(port(server), certificate, "TLSv1.3")) {
            relays(plain);
            relays(old);
            relays(tls);
            assertThat(tls.protocol()).isEqualTo("TLSv1.3 stun.turn"); // RFC 7443
        }
    }

    @Test
    void aTlsPortTakesNothingElse(@TempDir Path folder) throws Exception {
        Certificate certificate = Certificate.make(folder);
        try (TurnProcess server = server("transport=tls," + certificate.settings());
                StreamSocket plain = StreamSocket.tcp(port(server));
                StreamSocket tls = StreamSocket.tls(port(server), certificate, "TLSv1.3")) {
            plain.send(plain.dialog("u", "p").request(1, w -> {}), 1000);
            assertThat(plain.isClosed()).isTrue();
            relays(tls);
        }
    }

    /** The allocation goes with its connection: its port is free again, for the only one there is. */
    @Test
    void theAllocationEndsWithItsConnection() throws Exception {
        try (TurnProcess server = server("transport=tcp", "isthmus.turn.limits.user-allocations=1")) {
            for (int i = 0; i < 5; i++) {
                try (StreamSocket client = StreamSocket.tcp(port(server)); StreamSocket other = StreamSocket.tcp(port(server))) {
                    assertThat(untilAllocated(client.dialog("u", "p"))).isZero();
                    assertThat(other.dialog("u", "p").allocate()).isEqualTo(486);
                    client.close();
                    assertThat(untilAllocated(other.dialog("u", "p"))).isZero();
                }
                try (StreamSocket after = StreamSocket.tcp(port(server))) {
                    assertThat(untilAllocated(after.dialog("u", "p"))).isZero();
                }
            }
        }
    }

    /** The server learns of a closed connection when the kernel tells it; until then the quota is taken. */
    private static int untilAllocated(TurnDialog dialog) throws Exception {
        int code = dialog.allocate();
        for (int i = 0; i < 1000 && code == 486; i++) {
            code = dialog.allocate();
        }
        return code;
    }

    @Test
    void whatIsNeitherStunNorChannelDataEndsTheConnection() throws Exception {
        try (TurnProcess server = server("transport=tcp");
                StreamSocket http = StreamSocket.tcp(port(server));
                StreamSocket good = StreamSocket.tcp(port(server))) {
            http.send("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 1000);
            assertThat(http.isClosed()).isTrue();
            relays(good);
        }
    }

    /** What is longer than anything that is relayed is skipped, and what follows it is understood. */
    @Test
    void aMessageThatIsTooLongIsSkipped() throws Exception {
        try (TurnProcess server = server("transport=tcp");
                StreamSocket client = StreamSocket.tcp(port(server));
                TurnSocket peer = new TurnSocket()) {
            TurnDialog dialog = client.dialog("u", "p");
            assertThat(dialog.allocate()).isZero();
            assertThat(dialog.bind(0x4000, peer.local())).isZero();
            client.send(TurnDialog.channelData(0x4000, new byte[60_001]), 1000);
            client.send(TurnDialog.channelData(0x4000, DATA), 1000);
            assertThat(peer.receive(5000)).isEqualTo(DATA);
        }
    }

    /** A load balancer's connection, version 2: the client is who the header says, and so is its mapped address. */
    @Test
    void listedProxiesSayWhoTheClientIs() throws Exception {
        byte[] header = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "2111000c" + "c6336407" + "7f000001" + "1389" + "0d96");
        byte[] local = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "20000000");
        byte[] text = "PROXY TCP4 198.51.100.7 127.0.0.1 5001 3478\r\n".getBytes(StandardCharsets.US_ASCII);
        try (TurnProcess server = server("transport=tcp,proxies=[\"127.0.0.1\"]");
                StreamSocket proxied = StreamSocket.tcp(port(server));
                StreamSocket check = StreamSocket.tcp(port(server));
                StreamSocket old = StreamSocket.tcp(port(server));
                StreamSocket none = StreamSocket.tcp(port(server))) {
            proxied.raw(header);
            TurnDialog dialog = proxied.dialog("u", "p");
            assertThat(dialog.ask(1, w -> {})).isZero();
            assertThat(dialog.answer().xorAddress(StunAttribute.XOR_MAPPED_ADDRESS)).isEqualTo(TransportAddress.parse("198.51.100.7:5001"));
            assertThat(dialog.allocate()).isZero();
            check.raw(local);
            assertThat(check.dialog("u", "p").ask(1, w -> {})).isZero();
            old.raw(text);
            assertThat(old.isClosed()).isTrue();
            none.raw(none.dialog("u", "p").request(1, w -> {}));
            assertThat(none.isClosed()).isTrue();
        }
    }

    @Test
    void connectionsHaveALimit() throws Exception {
        try (TurnProcess server = server("transport=tcp", "isthmus.turn.limits.connections-per-address=3")) {
            List<StreamSocket> open = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                open.add(StreamSocket.tcp(port(server)));
                assertThat(open.get(i).dialog("u", "p").ask(1, w -> {})).isZero();
            }
            try (StreamSocket fourth = StreamSocket.tcp(port(server))) {
                assertThat(fourth.isClosed()).isTrue();
            }
            for (StreamSocket one : open) {
                one.close();
            }
        }
    }

    /** A client that does not read loses data, and gets its answers all the same. */
    @Test
    void aSlowClientLosesDataAndNoAnswer() throws Exception {
        try (TurnProcess server = server("transport=tcp");
                StreamSocket client = StreamSocket.tcp(port(server));
                TurnSocket peer = new TurnSocket()) {
            TurnDialog dialog = client.dialog("u", "p");
            assertThat(dialog.allocate()).isZero();
            TransportAddress relayed = dialog.relayed();
            assertThat(dialog.bind(0x4000, peer.local())).isZero();
            int sent = 20_000;
            for (int i = 0; i < sent; i++) {
                peer.send(relayed, new byte[1000]);
            }
            assertThat(client.dialog("u", "p").ask(TurnAttribute.METHOD_REFRESH, w -> {})).isZero();
            assertThat(client.skipped()).isPositive().isLessThan(sent);
        }
    }
}
