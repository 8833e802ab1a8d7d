package dev.isthmus.turn.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;

/** What a running server counts, as operators see it. */
public record Metrics(int port) {
    /** Returns the whole text. */
    public String text() throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    /** Returns a counter, added up over the loops, or a gauge. */
    public long of(Enum<?> reason) throws IOException, InterruptedException {
        return of("isthmus_turn_" + reason.name().toLowerCase(Locale.ROOT) + "_total");
    }

    /** Returns a counter, added up over the loops, or a gauge. */
    public long of(String name) throws IOException, InterruptedException {
        return text().lines().filter(l -> l.startsWith(name + "{") || l.startsWith(name + " ")).mapToLong(
                l -> Long.parseLong(l.substring(l.lastIndexOf(' ') + 1))).sum();
    }
}
