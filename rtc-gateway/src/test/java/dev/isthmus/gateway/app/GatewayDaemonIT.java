package dev.isthmus.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.support.Caller;
import dev.isthmus.gateway.support.Gateway;
import dev.isthmus.gateway.support.Wire;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Metrics;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.support.TurnSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway as a daemon: its HTTP interface, its exit codes, its installation. */
class GatewayDaemonIT {
    private static final String SDP = "application/sdp";

    @TempDir
    Path folder;

    @Test
    void refusalsOfTheHttpInterface() throws Exception {
        try (Gateway gateway = Gateway.start()) {
            assertThat(gateway.http("POST", "call/echo", SDP, "v=0\r\nnonsense\r\n").body())
                    .isEqualTo("line 2: a line must be a letter, an equals sign and a value\n");
            assertThat(gateway.http("POST", "call/echo", SDP, "v=0\r\nm=audio\r\n").statusCode()).isEqualTo(400);
            assertThat(gateway.http("POST", "call/nobody", SDP, "v=0").statusCode()).isEqualTo(404);
            assertThat(gateway.http("POST", "call/echo", "text/plain", "v=0").statusCode()).isEqualTo(415);
            assertThat(gateway.http("GET", "call/echo", SDP, "").statusCode()).isEqualTo(405);
            assertThat(gateway.http("DELETE", "call/echo/nothing", SDP, "").statusCode()).isEqualTo(404);
            assertThat(gateway.http("GET", "healthz", SDP, "").body()).isEqualTo("ok\n");
        }
    }

    private static final String FRAGMENT = "application/trickle-ice-sdpfrag";

    @Test
    void aCallIsAResourceWithGenerations() throws Exception {
        int port = Ports.free(4);
        try (TurnSocket socket = new TurnSocket();
                TurnSocket phone = new TurnSocket();
                Gateway gateway = Gateway.start("isthmus.gateway.endpoints.phone={send=\"" + phone.local() + "\", listen=" + port + "}")) {
            Caller caller = new Caller(Wire.direct(socket), SrtpProfile.AEAD_AES_128_GCM);
            caller.connect(gateway, "phone");
            String resource = caller.resource().substring(1);
            HttpResponse<String> second = gateway.http("POST", "call/phone", SDP, "v=0");
            assertThat(second.statusCode()).isEqualTo(400);
            TurnSocket other = new TurnSocket();
            try (other) {
                Caller another = new Caller(Wire.direct(other), SrtpProfile.AEAD_AES_128_GCM);
                assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> another.connect(gateway, "phone")))
                        .hasMessageContaining("409");
            }
            assertThat(gateway.http("PATCH", resource, FRAGMENT, "").statusCode()).isEqualTo(428);
            String tag = caller.entityTag();
            String mine = "a=ice-ufrag:" + caller.localCredentials().ufrag() + "\r\na=ice-pwd:" + caller.localCredentials().password()
                    + "\r\n";
            String candidate = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:7 1 udp 1 127.0.0.1 9 typ host\r\n";
            assertThat(gateway.http("PATCH", resource, FRAGMENT, mine + candidate, "If-Match", tag).statusCode()).isEqualTo(204);
            assertThat(gateway.http("PATCH", resource, FRAGMENT, mine + candidate, "If-Match", "\"other\"").statusCode()).isEqualTo(412);
            assertThat(gateway.http("PATCH", resource, FRAGMENT, mine, "If-Match", "*").statusCode()).as("the same again").isEqualTo(400);
            String fresh = "a=ice-ufrag:fresh\r\na=ice-pwd:0123456789012345678901\r\n" + candidate;
            HttpResponse<String> restarted = gateway.http("PATCH", resource, FRAGMENT, fresh, "If-Match", "*");
            assertThat(restarted.statusCode()).isEqualTo(200);
            assertThat(restarted.body()).contains("a=ice-ufrag:", "a=candidate:");
            assertThat(restarted.headers().firstValue("ETag").orElseThrow()).isNotEqualTo(tag);
            assertThat(gateway.http("PATCH", resource, FRAGMENT, mine + candidate, "If-Match", tag).statusCode()).isEqualTo(412);
            assertThat(gateway.http("DELETE", resource.replace("phone", "echo"), SDP, "").statusCode()).isEqualTo(404);
            assertThat(gateway.http("DELETE", resource, SDP, "").statusCode()).isEqualTo(200);
            assertThat(gateway.http("DELETE", resource, SDP, "").statusCode()).isEqualTo(404);
            String view = gateway.http("GET", "api/v1/calls/" + resource.replaceFirst(".*/", ""), SDP, "").body();
            assertThat(view).contains("\"ended\":true");
            assertThat(gateway.metrics().gauge("gateway_calls")).isZero();
        }
    }

    @Test
    void beyondLoopbackWithoutATokenItDoesNotStart() throws Exception {
        Command command = Command.start("bin/rtc-gateway", "--set", "isthmus.gateway.http.address=0.0.0.0");
        assertThat(command.await(60)).isEqualTo(2);
        assertThat(command.output()).contains("isthmus.gateway.http.token").hasLineCount(1);
    }

    @Test
    void withATokenNothingButThePageIsOpen() throws Exception {
        try (Gateway gateway = Gateway.start("isthmus.gateway.http.token=north")) {
            assertThat(gateway.http("POST", "call/echo", SDP, "v=0").statusCode()).isEqualTo(401);
            assertThat(gateway.http("POST", "api/v1/credentials", SDP, "").statusCode()).isEqualTo(401);
            assertThat(gateway.http("GET", "", SDP, "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aTakenHttpPortIsNamedAndExitCodeOne() throws Exception {
        try (Gateway first = Gateway.start()) {
            String port = first.page().replaceFirst(".*:(\\d+)/$", "$1");
            Command second = Command.start("bin/rtc-gateway", "--set", "isthmus.gateway.http.port=" + port, "--set",
                    "isthmus.gateway.media.port=0", "--set", "isthmus.turn.listeners=[{port=0}]");
            assertThat(second.await(60)).as(second.output()).isEqualTo(1);
            assertThat(second.output()).contains("127.0.0.1:" + port).hasLineCount(1);
        }
    }

    @Test
    void aTakenMediaOrTurnPortIsNamedToo() throws Exception {
        try (Gateway first = Gateway.start()) {
            Command media = Command.start("bin/rtc-gateway", "--set", "isthmus.gateway.http.port=0", "--set", "isthmus.gateway.loops=1",
                    "--set",
                    "isthmus.gateway.media.port=" + first.media().port(), "--set", "isthmus.turn.listeners=[{port=0}]");
            assertThat(media.await(60)).as(media.output()).isEqualTo(1);
            assertThat(media.output()).isEqualTo("rtc-gateway: cannot open udp " + first.media() + ": the port is in use");
            Command turn = Command.start("bin/rtc-gateway", "--set", "isthmus.gateway.http.port=0", "--set", "isthmus.gateway.loops=2",
                    "--set",
                    "isthmus.gateway.media.port=0", "--set", "isthmus.turn.listeners=[{port=" + first.turn().port() + "}]");
            assertThat(turn.await(60)).as(turn.output()).isEqualTo(1);
            assertThat(turn.output()).isEqualTo("rtc-gateway: cannot open udp " + first.turn() + ": the port is in use");
        }
    }

    @Test
    void readinessIsSentWhenThePortsAreOpen() throws Exception {
        Path path = folder.resolve("notify");
        try (Command manager = Command.start("python3", "../turn-server/src/test/peers/notify_socket.py", path.toString())) {
            manager.line(20, "bound"::equals);
            try (Command server = Command.start(Map.of("NOTIFY_SOCKET", path.toString()), "bin/rtc-gateway", "--set",
                    "isthmus.gateway.http.port=0", "--set", "isthmus.gateway.media.port=0", "--set", "isthmus.turn.listeners=[{port=0}]")) {
                manager.line(60, "READY=1"::equals);
                String status = manager.line(10, l -> l.startsWith("STATUS="));
                String page = status.replaceFirst(".*(http://[^/]+/).*", "$1");
                assertThat(Metrics.of(page).gauge("gateway_calls")).isZero();
                assertThat(server.stop(20)).isZero();
            }
        }
    }

    @Test
    void installedUnitsAreVerifiedWithoutAWord() throws Exception {
        Peers.command("systemd-analyze", "systemd");
        Command install = Command.start("../systemd/install", folder.toString());
        assertThat(install.await(30)).as(install.output()).isZero();
        for (String daemon : new String[]{"turn-server", "rtc-gateway"}) {
            String program = folder + "/usr/lib/isthmus/" + daemon + "/bin/" + daemon;
            Command version = Command.start(program, "--version");
            assertThat(version.await(60)).as(version.output()).isZero();
            Path unit = folder.resolve("usr/lib/systemd/system/isthmus-" + daemon + ".service");
            String text = Files.readString(unit);
            assertThat(text).contains("Type=notify").contains("User=isthmus-");
            Files.writeString(unit, text.replace("/usr/lib/isthmus", folder + "/usr/lib/isthmus"));
            Command verify = Command.start("systemd-analyze", "verify", "--man=no", unit.toString());
            assertThat(verify.await(60)).isZero();
            assertThat(verify.output()).isEmpty();
        }
    }

    @Test
    void anOfferThatNothingCanComeOfIsNoCall() throws Exception {
        try (TurnSocket socket = new TurnSocket(); Gateway gateway = Gateway.start()) {
            String offer = new Caller(Wire.direct(socket), SrtpProfile.AEAD_AES_128_GCM).offer();
            assertThat(offer).contains("a=sendrecv");
            HttpResponse<String> silent = gateway.http("POST", "whip/echo", SDP, offer.replace("a=sendrecv", "a=recvonly"));
            assertThat(silent.statusCode()).isEqualTo(400);
            assertThat(silent.body()).contains("the client sends nothing, and /whip only takes media");
            HttpResponse<String> strange = gateway.http("POST", "call/echo", SDP,
                    offer.replace("opus", "strange").replace("PCMU", "strange"));
            assertThat(strange.statusCode()).isEqualTo(400);
            assertThat(gateway.http("GET", "api/v1/calls", SDP, "").body()).isEqualTo("[]");
            assertThat(gateway.metrics().count("gateway_offers_refused")).isEqualTo(2);
        }
    }
}
