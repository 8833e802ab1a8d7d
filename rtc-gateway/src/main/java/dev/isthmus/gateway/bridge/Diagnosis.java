package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.peer.ClientTransport.DtlsState;
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
        IceState ice = call.client().ice().state();
        if (ice != IceState.CONNECTED) {
            found.add("ICE is " + ice.name().toLowerCase(Locale.ROOT) + ": " + reason(call, ice));
            return found;
        }
        if (call.client().dtlsState() != DtlsState.CONNECTED) {
            String why = call.client().dtlsFailure();
            found.add("DTLS is " + call.client().dtlsState().name().toLowerCase(Locale.ROOT) + (why.isEmpty() ? "" : ": " + why));
            return found;
        }
        for (MediaStream stream : call.streams()) {
            if (stream.toPlain.active) {
                silentClient(call, stream, nowNanos, found);
            }
            if (stream.toClient.active) {
                silentPlain(call, stream, nowNanos, found);
            }
        }
        return found;
    }

    private static String reason(Call call, IceState ice) {
        if (!call.client().ice().heard()) {
            return "no check of the client has arrived; is its TURN server reachable, and may it reach this gateway's media port?";
        }
        if (ice == IceState.CHECKING || ice == IceState.NEW) {
            return call.client().ice().pairs().size() + " candidate pairs are being checked";
        }
        return "the client was heard, but does not answer our checks any more";
    }

    private static long packets(LegStats leg, MediaStream stream) {
        return stream.video ? leg.videoPackets() : leg.audioPackets();
    }

    private static boolean silent(LegStats leg, MediaStream stream, long nowNanos) {
        return packets(leg, stream) == 0 || nowNanos - leg.lastNanos(stream.video) > SILENT;
    }

    private static void silentClient(Call call, MediaStream stream, long nowNanos, List<String> found) {
        LegStats in = call.stats(Direction.CLIENT_IN);
        if (silent(in, stream, nowNanos)) {
            found.add("the client sends no " + stream.kind + drops(in));
        } else if (silent(call.stats(Direction.PLAIN_OUT), stream, nowNanos)) {
            found.add("the client's " + stream.kind + " does not reach the endpoint" + drops(call.stats(Direction.PLAIN_OUT)));
        }
    }

    private static void silentPlain(Call call, MediaStream stream, long nowNanos, List<String> found) {
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
