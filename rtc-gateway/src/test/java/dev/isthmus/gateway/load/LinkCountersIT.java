package dev.isthmus.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.support.Caller;
import dev.isthmus.gateway.support.Gateway;
import dev.isthmus.gateway.support.Wire;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.support.Metrics;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnSocket;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The in-memory link changes how packets travel, not what is counted: the same scenario gives the same counters with the link on and off. */
class LinkCountersIT {
    private static final int MEDIA = 500;

    /** Runs the scenario and returns the counters that do not depend on time: checks, reports and consent come by the clock. */
    private static Map<String, Long> scenario(boolean link) throws Exception {
        Map<String, Long> counts = new TreeMap<>();
        try (Gateway gateway = Gateway.start("isthmus.gateway.turn.link=" + link); TurnSocket client = new TurnSocket()) {
            String minted = gateway.http("POST", "api/v1/credentials", "text/plain", "").body();
            TransportAddress media = gateway.media();
            TurnDialog dialog = client.dialog(gateway.turn(), field(minted, "username"), field(minted, "credential"));
            assertThat(dialog.allocate()).isZero();
            TransportAddress relayed = dialog.relayed();
            assertThat(dialog.permit(media.withPort(1))).isZero();
            assertThat(dialog.bind(0x4000, media.withPort(media.port() + 1))).isEqualTo(403);
            assertThat(dialog.bind(0x4000, media)).isZero();
            Wire wire = Wire.relayed(client, gateway.turn(), relayed, 0x4000);
            for (int i = 0; i < 40; i++) {
                wire.send(media, new byte[]{(byte) 0x80, 111, 0, (byte) i, 0, 0, 0, 0, 0, 0, 0, 1, 5}); // RTP before ICE
                wire.send(media, new byte[]{22, (byte) 0xfe, (byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); // DTLS before ICE
                wire.send(media, new byte[]{2, 0, 0, 0}); // a STUN of four bytes
                wire.send(media, new byte[]{5, 5, 5}); // nothing known
                client.send(gateway.turn(), dialog.indication(media.withPort(media.port() + 1), new byte[10])); // another port of the host
            }
            Caller caller = new Caller(wire, SrtpProfile.AEAD_AES_128_GCM);
            caller.connect(gateway, "echo");
            for (int i = 0; i < MEDIA; i++) {
                caller.send(caller.rtp(100));
                assertThat(caller.receive(5000)).isEqualTo(112);
            }
            byte[] once = caller.rtp(100);
            caller.send(once);
            caller.send(once);
            assertThat(caller.receive(5000)).isEqualTo(112);
            Awaitility.await().until(() -> gateway.metrics().count("gateway_srtp_replayed") == 1);
            Metrics metrics = gateway.metrics();
            for (GatewayReason reason : GatewayReason.values()) {
                counts.put("gateway " + reason.label(), metrics.count("gateway_" + reason.name().toLowerCase(java.util.Locale.ROOT)));
            }
            for (SessionReason reason : SessionReason.values()) {
                counts.put("session " + reason.label(), metrics.count("session_" + reason.name().toLowerCase(java.util.Locale.ROOT)));
            }
            for (TurnReason reason : TurnReason.values()) {
                boolean byTheClock = reason.name().startsWith("RELAYED_") || reason.name().startsWith("BYTES_");
                if (!byTheClock) {
                    counts.put("turn " + reason.label(), metrics.count("turn_" + reason.name().toLowerCase(java.util.Locale.ROOT)));
                }
            }
            String view = gateway.http("GET", "api/v1/calls/" + caller.resource().replaceFirst(".*/", ""), "text/plain", "{}").body();
            counts.put("ring packets", metrics.count("loop_ring_packets") > 2 * MEDIA ? 1L : 0L);
            counts.put("legs " + view.replaceAll(".*\"directions\":", "").replaceAll("\"(first|last)MillisAgo\":\\d+", ""), 1L);
        }
        return counts;
    }

    private static String field(String json, String name) {
        return json.replaceFirst(".*\"" + name + "\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void theSameScenarioCountsTheSame() throws Exception {
        Map<String, Long> on = scenario(true);
        Map<String, Long> off = scenario(false);
        assertThat(on.remove("ring packets")).as("the link was used").isEqualTo(1);
        assertThat(off.remove("ring packets")).as("the socket was used").isZero();
        assertThat(on).isEqualTo(off);
        assertThat(on).containsEntry("session unproven-source", 120L).containsEntry("session malformed", 40L)
                .containsEntry("turn send-forbidden", 40L)
                .containsEntry("turn peer-forbidden", 1L)
                .containsEntry("gateway srtp-replayed", 1L).containsEntry("gateway client-to-plain", MEDIA + 1L)
                .containsEntry("gateway plain-to-client", MEDIA + 1L);
    }
}
