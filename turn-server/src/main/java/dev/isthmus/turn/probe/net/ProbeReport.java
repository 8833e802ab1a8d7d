package dev.isthmus.turn.probe.net;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.probe.Probe;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;

/** What came of a run, for programs. */
final class ProbeReport {
    private ProbeReport() {}

    static String json(TransportAddress server, String transport, List<Probe.Outcome> outcomes) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("server", server.toString());
            json.writeStringField("transport", transport);
            for (Probe.Verdict verdict : Probe.Verdict.values()) {
                json.writeNumberField(key(verdict), outcomes.stream().filter(o -> o.verdict() == verdict).count());
            }
            json.writeArrayFieldStart("probes");
            for (Probe.Outcome outcome : outcomes) {
                json.writeStartObject();
                json.writeStringField("id", outcome.probe().id());
                json.writeStringField("source", outcome.probe().source());
                json.writeStringField("says", outcome.probe().says());
                json.writeStringField("result", key(outcome.verdict()));
                json.writeStringField("why", outcome.why());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static String key(Probe.Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }
}
