package dev.isthmus.turn.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The benchmark's result: a Markdown table for people, every value as JSON for programs. */
final class Report {
    private final StringBuilder markdown = new StringBuilder();
    private final List<String> json = new ArrayList<>();
    private boolean begun;

    void title(String machine, int rounds, int seconds) {
        markdown.append(machine).append("\n\nServers on processor 0, load on processor 1; ").append(rounds).append(" rounds of ")
                .append(seconds).append(" s, the servers in turn; medians, lowest-highest in brackets\n\n");
        json.add("\"machine\": \"" + machine.replace("\"", "'").replace("\n", "; ") + "\", \"rounds\": " + rounds);
    }

    /**
     * Adds a row: one map a round, from server to its values; the first server is ours, the second the peer.
     *
     * @param goal the highest ratio ours to peer, or the lowest, negated
     */
    void row(String name, String key, List<Map<String, Map<String, Double>>> rounds, double goal, boolean load) {
        List<String> servers = List.copyOf(rounds.get(0).keySet());
        if (!begun) {
            begun = true;
            markdown.append("| | ").append(String.join(" | ", servers)).append(" | ratio | goal | loss %, each | generator CPU |\n|---|")
                    .append("---|".repeat(servers.size() + 4)).append('\n');
        }
        int from = markdown.length();
        markdown.append("| ").append(name);
        for (String server : servers) {
            markdown.append(" | ").append(cell(values(rounds, server, key)));
        }
        List<Double> ratios = new ArrayList<>();
        if (servers.size() > 1) {
            rounds.forEach(r -> ratios.add(value(r, servers.get(0), key) / value(r, servers.get(1), key)));
        }
        markdown.append(" | ").append(ratios.isEmpty() ? "" : cell(ratios)).append(" | ").append(goal < 0 ? ">= " + -goal : "<= " + goal);
        markdown.append(" | ").append(load ? eachMedian(rounds, servers, "loss_percent") : "");
        markdown.append(" | ").append(load ? eachMedian(rounds, servers, "generator_cpu") : "").append(" |\n");
        System.err.print(markdown.substring(from));
        for (String server : servers) {
            json.add("\"" + name + "; " + server + "\": " + values(rounds, server, key));
        }
    }

    /** Adds a line of its own below the table. */
    void line(String name, String text) {
        System.err.println(name + ": " + text);
        markdown.append("\n- ").append(name).append(": ").append(text);
        json.add("\"" + name + "\": \"" + text + "\"");
    }

    private static String eachMedian(List<Map<String, Map<String, Double>>> rounds, List<String> servers, String key) {
        return String.join(", ", servers.stream().map(s -> number(median(values(rounds, s, key)))).toList());
    }

    private static double value(Map<String, Map<String, Double>> round, String server, String key) {
        return Objects.requireNonNull(Objects.requireNonNull(round.get(server)).get(key));
    }

    private static List<Double> values(List<Map<String, Map<String, Double>>> rounds, String server, String key) {
        return rounds.stream().map(r -> value(r, server, key)).toList();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String cell(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return number(median(values)) + " (" + number(sorted.get(0)) + "-" + number(sorted.get(sorted.size() - 1)) + ")";
    }

    static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.2f", value);
    }

    String markdown() {
        return markdown + "\n";
    }

    String json() {
        return "{\n  " + String.join(",\n  ", json) + "\n}\n";
    }
}
