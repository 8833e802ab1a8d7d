package dev.isthmus.ice.support;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Reads a daemon's {@code /metrics}. */
public final class Metrics {
    private final String text;

    private Metrics(String text) {
        this.text = text;
    }

    /** Asks the daemon whose page is at that address. */
    public static Metrics of(String page) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(page + "metrics")).build();
            return new Metrics(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
    }

    /** Returns a counter, {@code isthmus_NAME_total}, added up over the loops. */
    public long count(String name) {
        return text.lines().filter(l -> l.startsWith("isthmus_" + name + "_total{"))
                .mapToLong(l -> Long.parseLong(l.substring(l.indexOf(' ') + 1)))
                .sum();
    }

    /** Returns a gauge, added up over the loops where each has its own. */
    public long gauge(String name) {
        return text.lines().filter(l -> l.startsWith("isthmus_" + name + " ") || l.startsWith("isthmus_" + name + "{"))
                .mapToLong(l -> Long.parseLong(l.substring(l.indexOf(' ') + 1)))
                .sum();
    }

    @Override
    public String toString() {
        return text;
    }
}
