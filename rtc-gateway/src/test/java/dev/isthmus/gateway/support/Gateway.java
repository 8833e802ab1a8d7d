package dev.isthmus.gateway.support;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Metrics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The real gateway daemon, started by its command with settings of a test. */
public final class Gateway implements AutoCloseable {
    private final Command command;
    private final String page;

    private Gateway(Command command, String page) {
        this.command = command;
        this.page = page;
    }

    /** Starts it on two loops with ports that the kernel chooses, and waits until they are open. */
    public static Gateway start(String... settings) throws Exception {
        List<String> words = new ArrayList<>(List.of("bin/rtc-gateway", "--set", "isthmus.gateway.loops=2", "--set",
                "isthmus.gateway.http.port=0", "--set", "isthmus.gateway.media.port=0", "--set",
                "isthmus.turn.listeners=[{transport=udp,address=\"127.0.0.1\",port=0}]"));
        for (String setting : settings) {
            words.add("--set");
            words.add(setting);
        }
        Command command = Command.start(words.toArray(String[]::new));
        try {
            String line = command.line(60, l -> l.contains("page at "));
            String page = line.substring(line.indexOf("http://"), line.indexOf("/, ") + 1);
            return new Gateway(command, page);
        } catch (AssertionError | InterruptedException e) {
            command.close();
            throw e;
        }
    }

    /** Returns the page's address, with the slash at its end. */
    public String page() {
        return page;
    }

    private TransportAddress first(String after) {
        String line = output().lines().filter(l -> l.contains("page at ")).findFirst().orElseThrow();
        return Objects.requireNonNull(TransportAddress.parse(line.replaceFirst(".*" + after + " \\[([^\\],]+)[\\],].*", "$1")));
    }

    /** Returns the TURN server's first listener. */
    public TransportAddress turn() {
        return first("TURN on udp");
    }

    /** Returns the first loop's media address. */
    public TransportAddress media() {
        return first("media on udp");
    }

    public long pid() {
        return command.pid();
    }

    /** Returns what the daemon printed. */
    public String output() {
        return command.output();
    }

    public Metrics metrics() throws Exception {
        return Metrics.of(page);
    }

    /** Sends a request and returns the answer. */
    public HttpResponse<String> http(String method, String path, String type, String body, String... headers) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(page + path)).header("Content-Type", type);
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
            }
            return client.send(request
                    .method(method, HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** Ends the daemon orderly and returns its exit code. */
    public int stop() throws InterruptedException {
        return command.stop(20);
    }

    @Override
    public void close() {
        command.close();
    }
}
