package dev.isthmus.gateway.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.isthmus.gateway.peer.RTCBundlePolicy;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.stats.RTCIceCandidatePairStats;
import dev.isthmus.gateway.peer.stats.RTCInboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCOutboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCRemoteInboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCRemoteOutboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCStats;
import dev.isthmus.gateway.peer.stats.RTCStatsReport;
import dev.isthmus.gateway.peer.stats.RTCTransportStats;
import dev.isthmus.gateway.support.Middle;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What Chromium and we tell of one and the same call. The way between them is long enough for its length to be measured; the round trip of checks is
 * that of the running call, since the first ones find a browser that is busy with its beginning.
 */
class StatsIT {
    private static final int DELAY_MILLIS = 50;
    private static final int PACKETS = 1000;
    private static final int PERCENT = 2;

    /** What the browser tells. */
    private record Theirs(JsonArray all) {
        static Theirs of(ChromiumPeer peer) {
            Object told = peer.evaluate("peer.pc.getStats().then(report => JSON.stringify([...report.values()]))");
            return new Theirs(JsonParser.parseString((String) told).getAsJsonArray());
        }

        JsonObject one(String type, Predicate<JsonObject> which) {
            for (JsonElement each : all) {
                JsonObject stats = each.getAsJsonObject();
                if (stats.get("type").getAsString().equals(type) && which.test(stats)) {
                    return stats;
                }
            }
            throw new AssertionError("Chromium tells of no " + type + ": " + new Gson().toJson(all));
        }

        JsonObject stream(String type, String kind) {
            return one(type, s -> s.get("kind").getAsString().equals(kind));
        }

        boolean has(String type, String kind) {
            return all.asList().stream().map(JsonElement::getAsJsonObject)
                    .anyMatch(s -> s.get("type").getAsString().equals(type) && s.get("kind").getAsString().equals(kind));
        }
    }

    private static <T extends RTCStats> T one(RTCStatsReport ours, Class<T> kind, Predicate<T> which) {
        return ours.of(kind).stream().filter(which).findFirst().orElseThrow();
    }

    private static void agree(String what, double ours, JsonObject theirs, String name) {
        assertThat(ours).as("%s: our %s, their %s", what, ours, theirs.get(name)).isCloseTo(theirs.get(name).getAsDouble(),
                withinPercentage(PERCENT));
    }

    @Test
    void bothTellTheSame() throws Exception {
        try (Middle middle = new Middle();
                Echo echo = new Echo(RTCConfiguration.DEFAULT.withBundlePolicy(RTCBundlePolicy.MAX_BUNDLE),
                        "127.0.0.1");
                ChromiumPeer peer = new ChromiumPeer()) {
            middle.delayMillis = DELAY_MILLIS;
            peer.addAudio(440);
            peer.addVideo("VP8");
            peer.accept(middle.alone(echo.answer(middle.alone(peer.offer(false), true)), false));
            Awaitility.await("a call").atMost(60, TimeUnit.SECONDS).pollInterval(500, TimeUnit.MILLISECONDS)
                    .until(() -> Echo.get(echo.pc.getStats()).of(RTCRemoteInboundRtpStreamStats.class).size() == 2);
            Theirs theirsEarly = Theirs.of(peer);
            RTCStatsReport early = Echo.get(echo.pc.getStats());
            Awaitility.await("a call of some length").atMost(90, TimeUnit.SECONDS).pollInterval(500, TimeUnit.MILLISECONDS).until(() -> {
                RTCStatsReport ours = Echo.get(echo.pc.getStats());
                Theirs theirs = Theirs.of(peer);
                return ours.of(RTCRemoteOutboundRtpStreamStats.class).size() == 2 && theirs.has("remote-inbound-rtp", "video")
                        && theirs.has("remote-outbound-rtp", "audio")
                        && ours.of(RTCRemoteInboundRtpStreamStats.class).stream().filter(s -> s.roundTripTimeMeasurements() > 5)
                                .count() == 2
                        && ours.of(RTCInboundRtpStreamStats.class).stream().allMatch(s -> s.packetsReceived() > PACKETS);
            });
            Theirs theirs = Theirs.of(peer);
            RTCStatsReport ours = Echo.get(echo.pc.getStats());
            for (String kind : new String[]{"audio", "video"}) {
                streams(kind, ours, theirs);
            }
            transports(early, theirsEarly, ours, theirs);
        }
    }

    private static void streams(String kind, RTCStatsReport ours, Theirs theirs) {
        RTCInboundRtpStreamStats in = one(ours, RTCInboundRtpStreamStats.class, s -> s.kind().equals(kind));
        JsonObject sent = theirs.stream("outbound-rtp", kind);
        assertThat(in.ssrc()).isEqualTo(sent.get("ssrc").getAsLong());
        agree(kind + " to us", in.packetsReceived(), sent, "packetsSent");
        agree(kind + " to us", in.bytesReceived(), sent, "bytesSent");
        agree(kind + " to us", in.headerBytesReceived(), sent, "headerBytesSent");
        RTCOutboundRtpStreamStats out = one(ours, RTCOutboundRtpStreamStats.class, s -> s.kind().equals(kind));
        JsonObject received = theirs.stream("inbound-rtp", kind);
        assertThat(out.ssrc()).isEqualTo(received.get("ssrc").getAsLong());
        agree(kind + " to them", out.packetsSent(), received, "packetsReceived");
        agree(kind + " to them", out.bytesSent(), received, "bytesReceived");
        if (kind.equals("video")) {
            agree("pictures to us", Objects.requireNonNull(in.framesReceived()), sent, "framesSent");
            agree("pictures to them", Objects.requireNonNull(out.framesSent()), received, "framesReceived");
        } else {
            assertThat(in.totalAudioEnergy()).as("the level of a tone").isPositive();
            assertThat(in.totalSamplesDuration()).as("20 ms a packet").isCloseTo(in.packetsReceived() * 0.02, withinPercentage(PERCENT));
        }
        RTCRemoteInboundRtpStreamStats measured = one(ours, RTCRemoteInboundRtpStreamStats.class, s -> s.kind().equals(kind));
        JsonObject theirMeasure = theirs.stream("remote-inbound-rtp", kind);
        double average = measured.totalRoundTripTime() / measured.roundTripTimeMeasurements();
        double theirAverage = theirMeasure.get("totalRoundTripTime").getAsDouble()
                / theirMeasure.get("roundTripTimeMeasurements").getAsDouble();
        assertThat(average).as("round trip of %s", kind).isCloseTo(theirAverage, withinPercentage(PERCENT));
        assertThat(average).isBetween(2 * DELAY_MILLIS / 1000.0, 2 * DELAY_MILLIS * 1.2 / 1000.0);
    }

    private static void transports(RTCStatsReport early, Theirs theirsEarly, RTCStatsReport ours, Theirs theirs) {
        RTCTransportStats transport = ours.of(RTCTransportStats.class).get(0);
        JsonObject theirTransport = theirs.one("transport", t -> true);
        agree("transport", transport.bytesReceived(), theirTransport, "bytesSent");
        agree("transport", transport.bytesSent(), theirTransport, "bytesReceived");
        RTCIceCandidatePairStats pair = (RTCIceCandidatePairStats) Objects
                .requireNonNull(ours.get(Objects.requireNonNull(transport.selectedCandidatePairId())));
        String chosen = theirTransport.get("selectedCandidatePairId").getAsString();
        JsonObject theirPair = theirs.one("candidate-pair", p -> p.get("id").getAsString().equals(chosen));
        agree("pair", pair.bytesReceived(), theirPair, "bytesSent");
        agree("pair", pair.packetsReceived(), theirPair, "packetsSent");
        agree("pair", pair.bytesSent(), theirPair, "bytesReceived");
        RTCIceCandidatePairStats before = (RTCIceCandidatePairStats) Objects.requireNonNull(early.get(pair.id()));
        JsonObject theirsBefore = theirsEarly.one("candidate-pair", p -> p.get("id").getAsString().equals(chosen));
        double average = (pair.totalRoundTripTime() - before.totalRoundTripTime())
                / (pair.responsesReceived() - before.responsesReceived());
        double theirAverage = grown(theirPair, theirsBefore, "totalRoundTripTime") / grown(theirPair, theirsBefore, "responsesReceived");
        assertThat(average).as("round trip of checks").isCloseTo(theirAverage, withinPercentage(PERCENT));
    }

    private static double grown(JsonObject now, JsonObject before, String name) {
        return now.get(name).getAsDouble() - before.get(name).getAsDouble();
    }
}
