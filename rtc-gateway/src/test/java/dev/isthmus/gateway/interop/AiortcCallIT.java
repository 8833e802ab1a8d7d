package dev.isthmus.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.isthmus.gateway.support.Gateway;
import dev.isthmus.gateway.support.PlainPhone;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Metrics;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Sound;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same call with aiortc, audio only: in both ICE roles, with role conflicts in both directions, and with a restart in mid-call. */
class AiortcCallIT {
    @TempDir
    Path folder;

    private String call(Gateway gateway, PlainPhone phone, String role, String restart, int seconds) throws Exception {
        phone.record(gateway.http("GET", "api/v1/endpoints/phone/sdp", "text/plain", "").body(), seconds);
        phone.send();
        Path heard = folder.resolve("heard.wav");
        try (Command client = Command.start("/usr/bin/python3", "src/test/peers/aiortc_client.py", gateway.page(), "phone",
                heard.toString(),
                role, restart)) {
            assertThat(client.await(90)).as(client.output()).isZero();
            assertThat(Sound.loudest(heard)).as(client.output()).isCloseTo(440, within(15));
            String recorded = phone.recorded();
            assertThat(Sound.loudest(phone.sound())).as(recorded).isCloseTo(1000, within(15));
            return client.output().lines().filter(l -> l.startsWith("RESULT ")).findFirst().orElseThrow();
        }
    }

    @ParameterizedTest
    @CsvSource({"controlling, controlled, 0, 0", "controlled-low, controlling, 1, 0", "controlled-high, controlled, 0, 1"})
    void inEveryRole(String clientBegins, String gatewayEnds, int switched, int refused) throws Exception {
        Peers.pythonModule("aiortc", "python3-aiortc");
        try (PlainPhone phone = new PlainPhone(folder, false); Gateway gateway = Gateway.start(phone.setting("phone"))) {
            String result = call(gateway, phone, clientBegins, "no", 2);
            assertThat(result).contains("\"role\": \"" + gatewayEnds + "\"").contains("\"diagnosis\": []");
            Metrics metrics = gateway.metrics();
            assertThat(metrics.count("ice_role_switched")).isEqualTo(switched);
            assertThat(metrics.count("ice_role_conflict") > 0).isEqualTo(refused > 0);
        }
    }

    @Test
    void aRestartInMidCall() throws Exception {
        Peers.pythonModule("aiortc", "python3-aiortc");
        try (PlainPhone phone = new PlainPhone(folder, false); Gateway gateway = Gateway.start(phone.setting("phone"))) {
            String result = call(gateway, phone, "controlling", "restart", 5);
            String first = result.substring(result.indexOf("remoteAddress"), result.indexOf("remoteAddress") + 40);
            String second = result.substring(result.lastIndexOf("remoteAddress"), result.lastIndexOf("remoteAddress") + 40);
            assertThat(second).isNotEqualTo(first);
            assertThat(gateway.metrics().count("dtls_handshakes_started")).isEqualTo(1);
        }
    }
}
