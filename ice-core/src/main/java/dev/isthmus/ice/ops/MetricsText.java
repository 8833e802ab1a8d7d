package dev.isthmus.ice.ops;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.count.Reason;
import java.util.List;
import java.util.Locale;

/** Writes counters in the Prometheus text format, version 0.0.4. */
public final class MetricsText {
    private final StringBuilder text = new StringBuilder();

    /** Adds every counter of an enum, one series per loop and reason, named {@code isthmus_<prefix>_<reason>_total}. */
    public <R extends Enum<R> & Reason> MetricsText counters(String prefix, List<Counters<R>> loops) {
        if (loops.isEmpty()) {
            return this;
        }
        for (R reason : loops.get(0).reasons()) {
            String name = "isthmus_" + prefix + "_" + reason.name().toLowerCase(Locale.ROOT) + "_total";
            text.append("# HELP ").append(name).append(' ').append(reason.description()).append('\n');
            text.append("# TYPE ").append(name).append(" counter\n");
            for (int i = 0; i < loops.size(); i++) {
                text.append(name).append("{loop=\"").append(i).append("\"} ").append(loops.get(i).get(reason)).append('\n');
            }
        }
        return this;
    }

    /** Adds a gauge. */
    public MetricsText gauge(String name, String help, long value) {
        text.append("# HELP isthmus_").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE isthmus_").append(name).append(" gauge\nisthmus_").append(name).append(' ').append(value).append('\n');
        return this;
    }

    /** Adds a gauge with one value for each loop. */
    public MetricsText gauges(String name, String help, List<Long> loops) {
        text.append("# HELP isthmus_").append(name).append(' ').append(help).append("\n# TYPE isthmus_").append(name).append(" gauge\n");
        for (int i = 0; i < loops.size(); i++) {
            text.append("isthmus_").append(name).append("{loop=\"").append(i).append("\"} ").append(loops.get(i)).append('\n');
        }
        return this;
    }

    /** Adds what the process as a whole uses. */
    public MetricsText process() {
        Runtime runtime = Runtime.getRuntime();
        return gauge("heap_used_bytes", "Java heap in use", runtime.totalMemory() - runtime.freeMemory());
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
