package dev.isthmus.gateway.peer;

import java.util.stream.Collectors;
import java.util.ArrayList;
import dev.isthmus.gateway.media.MediaReceiver;
import dev.isthmus.gateway.media.MediaSender;
import dev.isthmus.gateway.peer.stats.RTCStats;
import dev.isthmus.gateway.peer.stats.RTCStatsReport;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Asks the transports of a connection what they have counted, and puts it together (webrtc-pc, section 8). */
final class StatsCollector {
    private static final int ID_LENGTH = 8;
    /** More, and those of what is over are forgotten. */
    private static final int MOST_IDS = 4096;
    private final PeerState state;
    /** What applications know the things by, by what they are here; nobody can guess the ids. */
    private final Map<String, String> ids = new HashMap<>();

    StatsCollector(PeerState state) {
        this.state = state;
    }

    private record Asked(Transport transport, TransportPort port) {}

    String id(String kind, String name) {
        return ids.computeIfAbsent(kind + name, key -> fresh(kind));
    }

    /** Returns an id that nothing has had. */
    String fresh(String kind) {
        return kind + state.host.random().token(ID_LENGTH);
    }

    /** Collects all. */
    CompletableFuture<RTCStatsReport> all() {
        return collect(report -> new RTCStatsReport(report.all()));
    }

    /** Collects what is about a sender. */
    CompletableFuture<RTCStatsReport> of(MediaSender sender) {
        return collect(report -> reached(report, report.of(sender)));
    }

    /** Collects what is about a receiver. */
    CompletableFuture<RTCStatsReport> of(MediaReceiver receiver) {
        return collect(report -> reached(report, report.of(receiver)));
    }

    private static RTCStatsReport reached(StatsBuilder report, List<RTCStats> from) {
        return new RTCStatsReport(report.all()).reachedFrom(from);
    }

    private CompletableFuture<RTCStatsReport> collect(Function<StatsBuilder, RTCStatsReport> selection) {
        Promise<RTCStatsReport> done = new Promise<>(state.queue);
        List<Asked> of = new ArrayList<>();
        synchronized (state.lock) {
            for (Transport each : state.opened) {
                TransportPort port = each.port();
                if (port != null) {
                    of.add(new Asked(each, port));
                }
            }
        }
        next(of, new LinkedHashMap<>(), selection, done);
        return done;
    }

    /** Measures one transport after the other; each goes on in a task of the queue. */
    private void next(List<Asked> left, Map<Transport, TransportMeasurement> measured, Function<StatsBuilder, RTCStatsReport> selection,
            Promise<RTCStatsReport> done) {
        if (left.isEmpty()) {
            state.queue.post(() -> {
                RTCStatsReport report;
                synchronized (state.lock) {
                    StatsBuilder builder = new StatsBuilder(state, this);
                    builder.add(measured);
                    if (ids.size() > MOST_IDS) {
                        ids.values().retainAll(builder.all().stream().map(RTCStats::id).collect(Collectors.toSet()));
                    }
                    report = selection.apply(builder);
                }
                done.complete(report);
            });
            return;
        }
        Asked first = left.get(0);
        first.port().measure(measurement -> {
            measured.put(first.transport(), measurement);
            next(left.subList(1, left.size()), measured, selection, done);
        });
    }
}
