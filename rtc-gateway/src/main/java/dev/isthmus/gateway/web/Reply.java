package dev.isthmus.gateway.web;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** An HTTP answer. */
record Reply(int status, String contentType, byte[] body, Map<String, String> headers) {
    static Reply of(int status, String contentType, String body) {
        return new Reply(status, contentType, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static Reply text(int status, String body) {
        return of(status, "text/plain; charset=utf-8", body.endsWith("\n") ? body : body + "\n");
    }

    static Reply json(String body) {
        return of(200, "application/json", body);
    }

    static Reply empty(int status) {
        return new Reply(status, "", new byte[0], Map.of());
    }

    Reply with(Map<String, String> more) {
        return new Reply(status, contentType, body, more);
    }
}
