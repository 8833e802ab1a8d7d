package dev.isthmus.turn.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Shows operators what the server counts: {@code /metrics} in the Prometheus format, {@code /healthz} and {@code /readyz}. */
public final class MetricsServer implements AutoCloseable {
    private static final int BACKLOG = 16;
    private final HttpServer server;

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    /** Opens the port and serves the text; on a thread of its own. */
    public static MetricsServer start(TransportAddress address, Supplier<String> metrics) throws PortException {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(address.host(), address.port()), BACKLOG);
            server.setExecutor(Executors.newSingleThreadExecutor(task -> Thread.ofPlatform().daemon().name("metrics").unstarted(task)));
            server.createContext("/", exchange -> answer(exchange, 404, "not found\n"));
            server.createContext("/healthz", exchange -> answer(exchange, 200, "ok\n"));
            server.createContext("/readyz", exchange -> answer(exchange, 200, "ok\n"));
            server.createContext("/metrics", exchange -> answer(exchange, 200, metrics.get()));
            server.start();
            return new MetricsServer(server);
        } catch (IOException e) {
            throw new PortException("cannot open http " + address + ": " + e.getMessage(), true);
        }
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        try (exchange) {
            boolean get = exchange.getRequestMethod().equals("GET");
            byte[] body = (get ? text : "only GET\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(get ? code : 405, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Returns the port. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
