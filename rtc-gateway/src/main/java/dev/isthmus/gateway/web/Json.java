package dev.isthmus.gateway.web;

import java.util.Locale;
import dev.isthmus.gateway.bridge.DataEndpoint;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.isthmus.gateway.bridge.CallView;
import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.gateway.embedded.Mint;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The JSON bodies of the HTTP interface. */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static String text(Body body) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    static String credentials(Mint.Minted minted) {
        return text(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("iceServers");
            json.writeStartObject();
            strings(json, "urls", minted.urls());
            json.writeStringField("username", minted.username());
            json.writeStringField("credential", minted.credential());
            json.writeEndObject();
            json.writeEndArray();
            json.writeNumberField("lifetimeSeconds", minted.lifetimeSeconds());
            json.writeEndObject();
        });
    }

    static String endpoints(Collection<Endpoint> endpoints) {
        return text(json -> {
            json.writeStartArray();
            for (Endpoint endpoint : endpoints) {
                json.writeStartObject();
                json.writeStringField("name", endpoint.name());
                strings(json, "codecs", endpoint.codecs().stream().map(c -> c.format().name()).toList());
                DataEndpoint data = endpoint.data();
                json.writeStringField("data", data == null ? "" : data.transport().name().toLowerCase(Locale.ROOT));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static String calls(List<CallView> views) {
        return text(json -> {
            json.writeStartArray();
            for (CallView view : views) {
                write(json, view);
            }
            json.writeEndArray();
        });
    }

    static String call(CallView view) {
        return text(json -> write(json, view));
    }

    private static void write(JsonGenerator json, CallView view) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", view.id());
        json.writeStringField("endpoint", view.endpoint());
        json.writeNumberField("ageMillis", view.ageMillis());
        json.writeBooleanField("ended", view.ended());
        json.writeObjectFieldStart("ice");
        json.writeStringField("state", view.ice().state());
        json.writeStringField("role", view.ice().role());
        json.writeStringField("localType", view.ice().localType());
        json.writeStringField("remoteType", view.ice().remoteType());
        json.writeStringField("remoteAddress", view.ice().remoteAddress());
        json.writeNumberField("pairs", view.ice().pairs());
        json.writeEndObject();
        json.writeObjectFieldStart("dtls");
        json.writeStringField("state", view.dtls().state());
        json.writeStringField("profile", view.dtls().profile());
        json.writeStringField("failure", view.dtls().failure());
        json.writeEndObject();
        json.writeNumberField("roundTripMillis", view.roundTripMillis());
        json.writeArrayFieldStart("directions");
        for (CallView.Flow flow : view.directions()) {
            write(json, flow);
        }
        json.writeEndArray();
        CallView.Data data = view.data();
        if (data != null) {
            json.writeObjectFieldStart("data");
            json.writeNumberField("channels", data.channels());
            json.writeNumberField("messagesToEndpoint", data.toEndpoint());
            json.writeNumberField("bytesToEndpoint", data.bytesToEndpoint());
            json.writeNumberField("messagesToClient", data.toClient());
            json.writeNumberField("bytesToClient", data.bytesToClient());
            json.writeStringField("failure", data.failure());
            json.writeEndObject();
        }
        strings(json, "diagnosis", view.diagnosis());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, CallView.Flow flow) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", flow.name());
        json.writeStringField("words", flow.words());
        json.writeNumberField("packets", flow.packets());
        json.writeNumberField("bytes", flow.bytes());
        json.writeNumberField("audioPackets", flow.audioPackets());
        json.writeNumberField("videoPackets", flow.videoPackets());
        json.writeNumberField("firstMillisAgo", flow.firstMillisAgo());
        json.writeNumberField("lastMillisAgo", flow.lastMillisAgo());
        json.writeNumberField("kernelDrops", flow.kernelDrops());
        json.writeObjectFieldStart("drops");
        for (Map.Entry<String, Long> drop : flow.drops().entrySet()) {
            json.writeNumberField(drop.getKey(), drop.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
