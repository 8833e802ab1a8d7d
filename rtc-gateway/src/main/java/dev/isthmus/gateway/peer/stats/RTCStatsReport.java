package dev.isthmus.gateway.peer.stats;

import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that was counted, by the ids of the things (webrtc-pc, section 8.3). It does not change. */
public final class RTCStatsReport extends AbstractMap<String, RTCStats> {
    private final Map<String, RTCStats> all = new LinkedHashMap<>();

    /** Puts a report together. */
    public RTCStatsReport(Collection<? extends RTCStats> stats) {
        stats.forEach(each -> all.put(each.id(), each));
    }

    @Override
    public Set<Entry<String, RTCStats>> entrySet() {
        return Collections.unmodifiableMap(all).entrySet();
    }

    /** Returns all of a kind, for instance {@code RTCInboundRtpStreamStats.class}. */
    public <T extends RTCStats> List<T> of(Class<T> kind) {
        return all.values().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Returns some of it and all that these refer to, be it by others (webrtc-pc, section 8.5). */
    public RTCStatsReport reachedFrom(Collection<? extends RTCStats> some) {
        Map<String, RTCStats> found = new LinkedHashMap<>();
        Deque<RTCStats> waiting = new ArrayDeque<>(some);
        for (RTCStats each = waiting.poll(); each != null; each = waiting.poll()) {
            if (found.putIfAbsent(each.id(), each) == null) {
                each.members().forEach((name, value) -> {
                    RTCStats next = name.endsWith("Id") && value instanceof String id ? all.get(id) : null;
                    if (next != null) {
                        waiting.add(next);
                    }
                });
            }
        }
        return new RTCStatsReport(found.values());
    }
}
