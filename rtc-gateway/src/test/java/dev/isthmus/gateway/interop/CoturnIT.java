package dev.isthmus.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.support.Browser;
import dev.isthmus.gateway.support.Gateway;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway with coturn in place of our server: the page's credentials are minted from the secret that both know. */
class CoturnIT {
    @TempDir
    Path folder;

    @Test
    void aRelayOnlyBrowserCallsThroughCoturn() throws Exception {
        Peers.command("turnserver", "coturn");
        int port = Ports.free(2);
        try (Command coturn = Command.start("turnserver", "-n", "--listening-ip=127.0.0.1", "--listening-port=" + port,
                "--relay-ip=127.0.0.1",
                "--realm=example.org", "--use-auth-secret", "--static-auth-secret=north", "--allow-loopback-peers", "--no-cli", "--no-tls",
                "--no-dtls", "--log-file=stdout", "--simple-log", "--pidfile=" + folder.resolve("pid"), "--userdb=" + folder.resolve("db"));
                Gateway gateway = Gateway.start("isthmus.gateway.turn={embedded=false, secret=north, urls=[\"turn:127.0.0.1:" + port
                        + "?transport=udp\"]}");
                Browser browser = Browser.open(gateway)) {
            browser.call("echo");
            browser.await("isthmus.framesDecoded >= 50 && Math.abs(isthmus.frequency - 1000) < 15");
            assertThat(browser.evaluate("isthmus.pair.local")).isEqualTo("relay");
            browser.hangUp();
            assertThat(coturn.isAlive()).isTrue();
        }
    }
}
