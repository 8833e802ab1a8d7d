package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.media.LegStats;
import dev.isthmus.gateway.peer.RTCDtlsTransportState;
import dev.isthmus.gateway.peer.TransportMonitor;
import dev.isthmus.ice.ice.IceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Answers the operator's question: which leg is silent, and why. */
public final class Diagnosis {
    private static final long SILENT = TimeUnit.SECONDS.toNanos(2);

    private Diagnosis() {}

    /** Returns one sentence for each thing that is wrong now, the cause before its consequences; empty when all is well. */
    public static List<String> of(Call call, long nowNanos) {
        List<String> found = new ArrayList<>();
        for (TransportMonitor each : call.client()) {
            if (each.iceState() != IceState.CONNECTED) {
                found.add("ICE is " + lower(each.iceState()) + ": " + reason(each));
            } else if (each.dtlsState() != RTCDtlsTransportState.CONNECTED) {
                String why = each.dtlsFailure();
                found.add("DTLS is " + lower(each.dtlsState()) + (why.isEmpty() ? "" : ": " + why));
            }
        }
        if (!found.isEmpty()) {
            return found;
        }
        if (!call.data().failure().isEmpty()) {
            found.add("the data endpoint does not take a channel: " + call.data().failure());
        }
        for (PlainStream stream : call.streams()) {
            if (stream.sends()) {
                silentClient(call, stream, nowNanos, found);
            }
            if (stream.receives()) {
                silentPlain(call, stream, nowNanos, found);
            }
        }
        return found;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String reason(TransportMonitor client) {
        if (!client.heard()) {
            return "no check of the client has arrived; is its TURN server reachable, and may it reach this gateway's media port?";
        }
        if (client.iceState() == IceState.CHECKING || client.iceState() == IceState.NEW) {
            return client.pairs() + " candidate pairs are being checked";
        }
        return "the client was heard, but does not answer our checks any more";
    }

    private static long packets(LegStats leg, PlainStream stream) {
        return stream.video ? leg.videoPackets() : leg.audioPackets();
    }

    private static boolean silent(LegStats leg, PlainStream stream, long nowNanos) {
        return packets(leg, stream) == 0 || nowNanos - leg.lastNanos(stream.video) > SILENT;
    }

    private static void silentClient(Call call, PlainStream stream, long nowNanos, List<String> found) {
        LegStats in = call.stats(Direction.CLIENT_IN);
        if (silent(in, stream, nowNanos)) {
            found.add("the client sends no " + stream.kind + drops(in));
        } else if (silent(call.stats(Direction.PLAIN_OUT), stream, nowNanos)) {
            found.add("the client's " + stream.kind + " does not reach the endpoint" + drops(call.stats(Direction.PLAIN_OUT)));
        }
    }

    private static void silentPlain(Call call, PlainStream stream, long nowNanos, List<String> found) {
        LegStats in = call.stats(Direction.PLAIN_IN);
        if (silent(in, stream, nowNanos)) {
            int port = call.endpoint().sessions().get(stream.session).listen();
            found.add("the endpoint sends no " + stream.kind + " to port " + port + "; expected from "
                    + call.source(stream.session).expected() + drops(in));
        } else if (silent(call.stats(Direction.CLIENT_OUT), stream, nowNanos)) {
            found.add("the endpoint's " + stream.kind + " does not reach the client" + drops(call.stats(Direction.CLIENT_OUT)));
        }
    }

    private static String drops(LegStats leg) {
        StringBuilder text = new StringBuilder();
        for (GatewayReason reason : leg.drops().reasons()) {
            long count = leg.drops().get(reason);
            if (count > 0) {
                text.append(text.isEmpty() ? "; dropped: " : ", ").append(count).append(" × ").append(reason.label());
            }
        }
        return text.toString();
    }
}
