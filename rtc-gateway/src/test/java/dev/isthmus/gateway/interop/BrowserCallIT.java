package dev.isthmus.gateway.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.isthmus.gateway.support.Browser;
import dev.isthmus.gateway.support.Capture;
import dev.isthmus.gateway.support.Gateway;
import dev.isthmus.gateway.support.PlainPhone;
import dev.isthmus.ice.support.Sound;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The project's main job on real input: a relay-only browser, our TURN server, our gateway, a plain RTP endpoint. */
class BrowserCallIT {
    private static final String RELAY = "127.0.0.2";

    @TempDir
    Path folder;

    private static String mediaPorts(Gateway gateway) {
        String line = gateway.output().lines().filter(l -> l.contains("media on udp")).findFirst().orElseThrow();
        String list = line.substring(line.indexOf("udp [") + 5, line.indexOf("]"));
        return String.join(" or ", List.of(list.split(", ")).stream().map(a -> "udp port " + a.substring(a.indexOf(':') + 1)).toList());
    }

    @ParameterizedTest(name = "link {0}")
    @ValueSource(booleans = {true, false})
    void soundAndPictureCrossBothWays(boolean link) throws Exception {
        try (PlainPhone phone = new PlainPhone(folder, true);
                Gateway gateway = Gateway.start(phone.setting("phone"), "isthmus.gateway.turn.link=" + link,
                        "isthmus.turn.relay.addresses=[\"" + RELAY + "\"]");
                Capture capture = Capture.start(mediaPorts(gateway));
                Browser browser = Browser.open(gateway)) {
            phone.record(gateway.http("GET", "api/v1/endpoints/phone/sdp", "text/plain", "").body(), 6);
            phone.send();
            browser.call("phone");
            browser.await("isthmus.framesDecoded >= 100 && Math.abs(isthmus.frequency - 440) < 15");
            assertThat(browser.evaluate("isthmus.pair.local")).isEqualTo("relay");
            assertThat(browser.evaluate("isthmus.state.diagnosis.length")).isEqualTo(0);
            String recorded = phone.recorded();
            assertThat(PlainPhone.frames(recorded)).as(recorded).isGreaterThanOrEqualTo(100);
            assertThat(Sound.loudest(phone.sound())).as(recorded).isCloseTo(1000, within(15));
            browser.hangUp();
            List<String> packets = capture.packets();
            assertThat(packets).allMatch(p -> p.contains(RELAY + "."));
            assertThat(packets.isEmpty()).as("with the link nothing touches the media port").isEqualTo(link);
        }
    }

    @Test
    void aRestartInMidCallKeepsTheMediaFlowing() throws Exception {
        try (Gateway gateway = Gateway.start(); Browser browser = Browser.open(gateway)) {
            browser.call("echo");
            browser.await("isthmus.framesDecoded >= 25");
            Object before = browser.evaluate("isthmus.pair.id");
            browser.evaluate("isthmus.restart()");
            browser.await("isthmus.pair.id !== '" + before + "' && isthmus.pair.local === 'relay'");
            Object frames = browser.evaluate("isthmus.framesDecoded");
            browser.await("isthmus.framesDecoded >= " + frames + " + 50 && Math.abs(isthmus.frequency - 1000) < 15");
            browser.hangUp();
            assertThat(gateway.metrics().count("gateway_calls_ended")).isEqualTo(1);
        }
    }

    @Test
    void withNothingConfiguredThePageShowsTheEchoAndAnOrderlyStopFollows() throws Exception {
        try (Gateway gateway = Gateway.start(); Browser browser = Browser.open(gateway)) {
            browser.call("echo");
            browser.await("isthmus.framesDecoded >= 50 && Math.abs(isthmus.frequency - 1000) < 15");
            assertThat(gateway.stop()).isZero();
        }
    }
}
