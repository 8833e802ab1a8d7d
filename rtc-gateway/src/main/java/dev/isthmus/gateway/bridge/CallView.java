package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.media.LegStats;
import dev.isthmus.gateway.peer.TransportMonitor;
import dev.isthmus.ice.ice.CandidatePair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A call as operators see it: a copy that no longer changes.
 *
 * @param id the call's id
 * @param endpoint the plain side's name
 * @param ageMillis since the offer
 * @param ended whether the call is over
 * @param ice state, role and selected pair
 * @param dtls state, SRTP profile and failure
 * @param roundTripMillis of the client, or -1
 * @param directions the four directions
 * @param data what data channels have carried, or null when the endpoint takes none
 * @param diagnosis what is wrong, in sentences; empty when all is well
 */
public record CallView(String id, String endpoint, long ageMillis, boolean ended, Ice ice, Dtls dtls, long roundTripMillis,
        List<Flow> directions, @Nullable Data data, List<String> diagnosis) {

    /** Data channels: how many have a flow to the endpoint, what they have carried, and why the last one failed. */
    public record Data(int channels, long toEndpoint, long bytesToEndpoint, long toClient, long bytesToClient, String failure) {}

    /** The ICE agent. */
    public record Ice(String state, String role, String localType, String remoteType, String remoteAddress, int pairs) {}

    /** The DTLS association. */
    public record Dtls(String state, String profile, String failure) {}

    /** One direction; times are milliseconds ago, -1 for never. */
    public record Flow(String name, String words, long packets, long bytes, long audioPackets, long videoPackets, long firstMillisAgo,
            long lastMillisAgo, long kernelDrops, Map<String, Long> drops) {}

    /** Copies a call's state; on its loop. */
    public static CallView of(Call call, long nowNanos) {
        TransportMonitor client = call.client().isEmpty() ? null : call.client().get(0);
        List<Flow> flows = new ArrayList<>();
        for (Direction direction : Direction.values()) {
            flows.add(flow(call, direction, nowNanos));
        }
        return new CallView(call.id(), call.endpoint().name(), millis(nowNanos - call.startedNanos()), call.ended(), ice(client),
                dtls(client), call.clientRoundTripMillis(), flows, data(call), Diagnosis.of(call, nowNanos));
    }

    private static @Nullable Data data(Call call) {
        DataStats of = call.data();
        return call.endpoint().data() == null
                ? null
                : new Data(of.channels(), of.toEndpoint(), of.bytesToEndpoint(), of.toClient(), of.bytesToClient(), of.failure());
    }

    private static Ice ice(@Nullable TransportMonitor client) {
        if (client == null) {
            return new Ice("new", "", "", "", "", 0);
        }
        CandidatePair pair = client.selectedPair();
        return new Ice(lower(client.iceState()), client.isControlling() ? "controlling" : "controlled", type(pair, true),
                type(pair, false), pair == null ? "" : pair.remote().address().toString(), client.pairs());
    }

    private static Dtls dtls(@Nullable TransportMonitor client) {
        return client == null ? new Dtls("new", "", "") : new Dtls(lower(client.dtlsState()), client.srtpProfile(), client.dtlsFailure());
    }

    private static Flow flow(Call call, Direction direction, long nowNanos) {
        LegStats leg = call.stats(direction);
        Map<String, Long> drops = new LinkedHashMap<>();
        for (GatewayReason reason : leg.drops().reasons()) {
            if (leg.drops().get(reason) > 0) {
                drops.put(reason.label(), leg.drops().get(reason));
            }
        }
        boolean any = leg.packets() > 0;
        return new Flow(lower(direction).replace('_', '-'), direction.words(), leg.packets(), leg.bytes(), leg.audioPackets(),
                leg.videoPackets(), any ? millis(nowNanos - leg.firstNanos()) : -1, any ? millis(nowNanos - leg.lastNanos()) : -1,
                call.kernelDrops(direction), drops);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String type(@Nullable CandidatePair pair, boolean local) {
        return pair == null ? "" : (local ? pair.local() : pair.remote()).type().token();
    }
}
