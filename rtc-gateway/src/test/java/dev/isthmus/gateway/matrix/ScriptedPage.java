package dev.isthmus.gateway.matrix;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A page that asks its own web server what to evaluate, for a browser that no driver of ours knows. */
final class ScriptedPage implements AutoCloseable {
    private static final int SECONDS = 60;
    private static final String PAGE = """
            <!doctype html><meta charset="utf-8"><title>peer</title><body><script src="/script"></script><script>
            (async () => {
              for (;;) {
                const next = await fetch('/next');
                if (next.status === 204) continue;
                const answer = {};
                try { answer.value = await (0, eval)(await next.text()); } catch (e) { answer.error = String(e); }
                await fetch('/answer', { method: 'POST', body: JSON.stringify(answer) });
              }
            })();
            </script>
            """;
    private final HttpServer web;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<String> questions = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    ScriptedPage(Path script) throws IOException {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        web.setExecutor(threads);
        web.createContext("/", e -> reply(e, "text/html", PAGE));
        web.createContext("/script", e -> reply(e, "text/javascript", Files.readString(script)));
        web.createContext("/next", this::next);
        web.createContext("/answer", e -> {
            answers.add(new String(e.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            reply(e, "text/plain", "");
        });
        web.start();
    }

    private static void reply(HttpExchange exchange, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(bytes.length == 0 ? 204 : 200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private void next(HttpExchange exchange) throws IOException {
        String question = "";
        try {
            String next = questions.poll(10, TimeUnit.SECONDS);
            question = next == null ? "" : next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reply(exchange, "text/plain", question);
    }

    String address() {
        return "http://127.0.0.1:" + web.getAddress().getPort() + "/";
    }

    /** Returns what an expression of the page is worth; a promise is waited for. */
    Object evaluate(String expression) throws InterruptedException {
        questions.add(expression);
        String answer = answers.poll(SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
            throw new AssertionError("the page does not answer: " + expression);
        }
        JsonObject said = JsonParser.parseString(answer).getAsJsonObject();
        if (said.has("error")) {
            throw new AssertionError("the page says: " + said.get("error").getAsString());
        }
        Object value = new Gson().fromJson(said.get("value"), Object.class);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        web.stop(0);
        threads.shutdownNow();
    }
}
