package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.support.Certificate;
import dev.isthmus.turn.support.Metrics;
import dev.isthmus.turn.support.TurnProcess;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Chromium and Firefox, relay-only, over UDP, TCP and TLS: two peer connections of one page exchange messages through their allocations. The
 * page tells its own web server what came of it.
 */
class BrowserIT {
    private static final String PAGE = """
            <!doctype html><title>relay</title><script>
            const tell = text => fetch('/result', { method: 'POST', body: text });
            (async () => {
              const config = { iceTransportPolicy: 'relay', iceServers: [{ urls: 'URL', username: 'alice', credential: 'secret' }] };
              const [a, b] = [new RTCPeerConnection(config), new RTCPeerConnection(config)];
              const types = new Set(), errors = [];
              for (const [from, to] of [[a, b], [b, a]]) {
                from.onicecandidate = e => {
                  if (e.candidate && e.candidate.candidate) { types.add(/ typ (\\w+)/.exec(e.candidate.candidate)[1]); to.addIceCandidate(e.candidate); }
                };
                from.onicecandidateerror = e => errors.push(e.errorCode + ' ' + e.errorText);
              }
              const channel = a.createDataChannel('test');
              let sent = 0, got = 0, count = 0;
              b.ondatachannel = e => e.channel.onmessage = m => {
                new Uint8Array(m.data).forEach((x, i) => got = (got * 31 + x + i) >>> 0);
                if (++count === 200) tell([...types].join() + ' ' + (sent === got ? 'same' : 'different'));
              };
              b.ondatachannel = (old => e => { e.channel.binaryType = 'arraybuffer'; old(e); })(b.ondatachannel);
              channel.onopen = () => {
                for (let n = 0; n < 200; n++) {
                  const bytes = Uint8Array.from({ length: 500 + n }, (_, i) => n * 7 + i);
                  bytes.forEach((x, i) => sent = (sent * 31 + x + i) >>> 0);
                  channel.send(bytes);
                }
              };
              await a.setLocalDescription(await a.createOffer());
              await b.setRemoteDescription(a.localDescription);
              await b.setLocalDescription(await b.createAnswer());
              await a.setRemoteDescription(b.localDescription);
              setTimeout(() => tell('no end: ' + a.iceConnectionState + ' ' + [...types] + ' ' + errors), 25000);
            })().catch(e => tell('failed: ' + e));
            </script>
            """;

    private final int port = Ports.free(2);

    private interface Start {
        Command browser(String page) throws Exception;
    }

    private String relayed(String transport, Certificate certificate, Start start) throws Exception {
        String tls = "port=" + port + "," + certificate.settings();
        String url = (transport.equals("tls") ? "turns:localhost:" : "turn:127.0.0.1:") + port + "?transport="
                + (transport.equals("udp") ? "udp" : "tcp");
        CompletableFuture<String> result = new CompletableFuture<>();
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        web.createContext("/result", exchange -> {
            result.complete(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        web.createContext("/", exchange -> {
            byte[] page = PAGE.replace("URL", url).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        web.start();
        try (TurnProcess server = TurnProcess.startOn(
                "{transport=udp,address=\"127.0.0.1\"," + tls + "},{transport=tcp,address=\"127.0.0.1\"," + tls
                        + "},{transport=tcp,address=\"::1\"," + tls + "}",
                "isthmus.turn.loops=2",
                "isthmus.turn.http.port=" + (port + 1), "isthmus.turn.auth.users={alice=secret}",
                "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]");
                Command browser = start.browser("http://127.0.0.1:" + web.getAddress().getPort() + "/")) {
            assertThat(server.command().isAlive()).isTrue();
            try {
                String said = result.get(90, TimeUnit.SECONDS);
                return said.startsWith("relay ")
                        ? said
                        : said + new Metrics(port + 1).text().replaceAll("(?m)^(#.*| *[^ ]+ 0)\\n", "") + server.command().output();
            } catch (java.util.concurrent.TimeoutException e) {
                throw new AssertionError("the page said nothing: " + browser.output(), e);
            }
        } finally {
            web.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp", "tls"})
    void chromium(String transport, @TempDir Path folder) throws Exception {
        Peers.command("chromium", "chromium");
        Certificate certificate = Certificate.make(folder);
        List<String> words = new ArrayList<>(List.of("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--ignore-certificate-errors-spki-list=" + keyHash(certificate), "--user-data-dir=" + folder.resolve("profile")));
        assertThat(relayed(transport, certificate, page -> {
            words.add(page);
            return Command.start(words.toArray(String[]::new));
        })).isEqualTo("relay same");
    }

    /** By which Chromium knows a key that it is to trust. */
    private static String keyHash(Certificate certificate) throws Exception {
        try (InputStream pem = Files.newInputStream(certificate.certificate())) {
            byte[] key = CertificateFactory.getInstance("X.509").generateCertificate(pem).getPublicKey().getEncoded();
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp", "tls"})
    void firefox(String transport, @TempDir Path folder) throws Exception {
        Peers.command("firefox-esr", "firefox-esr");
        Peers.command("certutil", "libnss3-tools");
        Certificate certificate = Certificate.signed(folder);
        Path profile = Files.createDirectory(folder.resolve("profile"));
        Files.writeString(profile.resolve("user.js"), """
                user_pref("media.peerconnection.ice.loopback", true);
                user_pref("media.peerconnection.ice.obfuscate_host_addresses", false);
                user_pref("datareporting.policy.dataSubmissionEnabled", false);
                user_pref("toolkit.telemetry.enabled", false);
                user_pref("app.update.enabled", false);
                user_pref("browser.shell.checkDefaultBrowser", false);
                user_pref("network.captive-portal-service.enabled", false);
                user_pref("network.connectivity-service.enabled", false);
                user_pref("services.settings.server", "http://127.0.0.1:9/");
                """);
        Command.run(30, "certutil", "-N", "-d", "sql:" + profile, "--empty-password");
        Command.run(30, "certutil", "-A", "-n", "test", "-t", "CT,,", "-i", folder.resolve("ca.pem").toString(), "-d", "sql:" + profile);
        assertThat(relayed(transport, certificate,
                page -> Command.start("firefox-esr", "--headless", "--no-remote", "--profile", profile.toString(), page)))
                .isEqualTo("relay same");
    }
}
