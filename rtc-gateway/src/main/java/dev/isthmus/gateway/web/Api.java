package dev.isthmus.gateway.web;

import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.gateway.bridge.Way;
import dev.isthmus.gateway.embedded.Mint;
import dev.isthmus.gateway.net.GatewayService;
import dev.isthmus.gateway.sdp.Codec;
import dev.isthmus.gateway.sdp.PlainDescription;
import dev.isthmus.ice.net.TransportAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The HTTP interface: which request does what. Knows nothing of sockets. */
public final class Api {
    private static final String SDP = "application/sdp";
    private static final String FRAGMENT = "application/trickle-ice-sdpfrag";

    /** A request as the interface sees it; header names in lower case. */
    record Request(String method, String path, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        boolean hasType(String type) {
            return header("content-type").replaceFirst(";.*", "").trim().equalsIgnoreCase(type);
        }
    }

    private final GatewayService gateway;
    private final @Nullable Mint mint;
    private final @Nullable String token;
    private final Supplier<String> metrics;
    private final byte[] page;

    /** Creates the interface; without a mint no credentials are handed out, without a token everybody may call. */
    public Api(GatewayService gateway, @Nullable Mint mint, @Nullable String token, Supplier<String> metrics) {
        this.gateway = gateway;
        this.mint = mint;
        this.token = token;
        this.metrics = metrics;
        this.page = resource("page.html");
    }

    private static byte[] resource(String name) {
        try (InputStream in = Objects.requireNonNull(Api.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers a request; work that follows on a media loop's result is done on the front loop. */
    CompletableFuture<Reply> handle(Request request, Executor front) {
        String[] path = request.path().split("\\?")[0].substring(1).split("/", -1);
        return switch (path[0]) {
            case "" -> only("GET", request, () -> new Reply(200, "text/html; charset=utf-8", page, Map.of("Cache-Control", "no-cache")));
            case "healthz", "readyz" -> only("GET", request, () -> Reply.text(200, "ok"));
            case "metrics" -> only("GET", request, () -> Reply.of(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get()));
            case "call" -> call(Way.CALL, request, path, front);
            case "whip" -> call(Way.WHIP, request, path, front);
            case "whep" -> call(Way.WHEP, request, path, front);
            case "api" -> path.length > 2 && path[1].equals("v1") ? api(request, path, front) : notFound();
            default -> notFound();
        };
    }

    private static CompletableFuture<Reply> done(Reply reply) {
        return CompletableFuture.completedFuture(reply);
    }

    private static CompletableFuture<Reply> notFound() {
        return done(Reply.text(404, "not found"));
    }

    private static CompletableFuture<Reply> notAllowed(String allowed) {
        return done(Reply.text(405, "allowed: " + allowed).with(Map.of("Allow", allowed)));
    }

    private static CompletableFuture<Reply> only(String method, Request request, Supplier<Reply> reply) {
        return request.method().equals(method) ? done(reply.get()) : notAllowed(method);
    }

    private boolean authorized(Request request) {
        if (token == null) {
            return true;
        }
        byte[] expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected, request.header("authorization").getBytes(StandardCharsets.UTF_8));
    }

    private static CompletableFuture<Reply> unauthorized() {
        return done(Reply.text(401, "a bearer token is needed").with(Map.of("WWW-Authenticate", "Bearer")));
    }

    private CompletableFuture<Reply> call(Way way, Request request, String[] path, Executor front) {
        if (path.length < 2 || path.length > 3 || path[1].isEmpty()) {
            return notFound();
        }
        if (request.method().equals("OPTIONS")) {
            String allowed = path.length == 2 ? "POST, OPTIONS" : "PATCH, DELETE, OPTIONS";
            return done(Reply.empty(204).with(Map.of(path.length == 2 ? "Accept-Post" : "Accept-Patch", path.length == 2 ? SDP : FRAGMENT,
                    "Allow", allowed)));
        }
        if (!authorized(request)) {
            return unauthorized();
        }
        if (path.length == 2) {
            return request.method().equals("POST") ? create(way, request, path[1], front) : notAllowed("POST, OPTIONS");
        }
        return switch (request.method()) {
            case "DELETE" -> answer(gateway.end(way, path[1], path[2]).thenApply(ended -> Reply.empty(200)));
            case "PATCH" -> patch(way, request, path, front);
            default -> notAllowed("PATCH, DELETE, OPTIONS");
        };
    }

    /** RFC 9725, section 4.2. */
    private CompletableFuture<Reply> create(Way way, Request request, String name, Executor front) {
        if (!request.hasType(SDP)) {
            return done(Reply.text(415, "the body must be " + SDP));
        }
        return answer(gateway.create(way, name, request.body()).thenApplyAsync(created -> {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("Location", "/" + way.path() + "/" + name + "/" + created.id());
            headers.put("ETag", quoted(created.generation()));
            headers.put("Accept-Patch", FRAGMENT);
            if (mint != null) {
                links(mint.mint(), headers);
            }
            return Reply.of(201, SDP, created.answer()).with(headers);
        }, front));
    }

    /** RFC 9725, section 4.6: the servers that the client may use. */
    private static void links(Mint.Minted minted, Map<String, String> headers) {
        List<String> links = new ArrayList<>();
        for (String url : minted.urls()) {
            links.add("<" + url + ">; rel=\"ice-server\"; username=\"" + minted.username() + "\"; credential=\"" + minted.credential()
                    + "\"; credential-type=\"password\"");
        }
        headers.put("Link", String.join(", ", links));
    }

    private static String quoted(String generation) {
        return "\"" + generation + "\"";
    }

    /** RFC 9725, section 4.3: the entity tag stands for the ICE generation; {@code *} asks for a restart. */
    private CompletableFuture<Reply> patch(Way way, Request request, String[] path, Executor front) {
        if (!request.hasType(FRAGMENT)) {
            return done(Reply.text(415, "the body must be " + FRAGMENT));
        }
        String match = request.header("if-match");
        if (match.isEmpty()) {
            return done(Reply.text(428, "If-Match is missing: the entity tag to trickle, * to restart"));
        }
        String generation = match.equals("*") ? GatewayService.RESTART : match.replace("\"", "");
        return answer(gateway.patch(way, path[1], path[2], generation, request.body())
                .thenApplyAsync(patched -> patched.fragment().isEmpty()
                        ? Reply.empty(204)
                        : Reply.of(200, FRAGMENT, patched.fragment()).with(Map.of("ETag", quoted(patched.generation()))), front));
    }

    private CompletableFuture<Reply> api(Request request, String[] path, Executor front) {
        if (!authorized(request)) {
            return unauthorized();
        }
        String what = path[2];
        if (what.equals("credentials") && path.length == 3) {
            return request.method().equals("POST") ? done(credentials()) : notAllowed("POST");
        }
        if (!request.method().equals("GET")) {
            return notAllowed("GET");
        }
        if (what.equals("calls") && path.length == 3) {
            return answer(gateway.views().thenApplyAsync(views -> Reply.json(Json.calls(views)), front));
        }
        if (what.equals("calls") && path.length == 4) {
            return answer(gateway.view(path[3]).thenApplyAsync(view -> Reply.json(Json.call(view)), front));
        }
        if (what.equals("endpoints") && path.length == 3) {
            return done(Reply.json(Json.endpoints(gateway.endpoints().values())));
        }
        if (what.equals("endpoints") && path.length == 5 && path[4].equals("sdp")) {
            return done(description(path[3]));
        }
        return notFound();
    }

    private Reply credentials() {
        return mint == null
                ? Reply.text(503, "no TURN server: turn.embedded is off, and turn.urls with turn.secret are not set")
                : Reply.json(Json.credentials(mint.mint()));
    }

    /** What a receiver at the endpoint's address needs to know about the stream that calls send there. */
    private Reply description(String name) {
        Endpoint endpoint = gateway.endpoints().get(name);
        if (endpoint == null) {
            return Reply.text(404, "no endpoint is named " + name);
        }
        List<PlainDescription.Line> lines = new ArrayList<>();
        for (Endpoint.Session session : endpoint.sessions()) {
            TransportAddress send = session.send();
            for (String kind : session.kinds()) {
                List<Codec> codecs = endpoint.codecs().stream().filter(c -> c.kind().equals(kind)).toList();
                if (send != null && !codecs.isEmpty()) {
                    lines.add(new PlainDescription.Line(kind, send.host(), send.port(), session.rtcp() == Endpoint.RtcpPort.MUX, codecs));
                }
            }
        }
        return lines.isEmpty()
                ? Reply.text(404, "endpoint " + name + " has no fixed address")
                : Reply.of(200, SDP, PlainDescription.write(name, lines));
    }

    private static CompletableFuture<Reply> answer(CompletableFuture<Reply> reply) {
        return reply.exceptionally(e -> {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof GatewayService.Refused refused) {
                return Reply.text(refused.status(), String.valueOf(refused.getMessage()));
            }
            org.slf4j.LoggerFactory.getLogger(Api.class).error("a request failed", e);
            return Reply.text(500, "internal error");
        });
    }
}
