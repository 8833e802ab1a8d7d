package dev.isthmus.gateway.identity;

import dev.isthmus.ice.dtls.Fingerprint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an assertion covers: fingerprints of certificates (RFC 8827, section 7.4.1). */
public final class IdentityContents {
    private static final Comparator<Fingerprint> ORDER = Comparator.comparing(Fingerprint::algorithm).thenComparing(Fingerprint::value);

    private IdentityContents() {}

    /** Returns the text about these; of the same ones it is the same, whatever order they have. */
    public static String write(Collection<Fingerprint> fingerprints) {
        return JsonText.write(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("fingerprint");
            for (Fingerprint each : fingerprints.stream().sorted(ORDER).distinct().toList()) {
                json.writeStartObject();
                json.writeStringField("algorithm", each.algorithm());
                json.writeStringField("digest", each.value());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** Reads what a text is about; returns null when it is none, or has a hash that is none. */
    public static @Nullable List<Fingerprint> read(String contents) {
        Map<String, Object> all = JsonText.object(contents);
        if (all == null || !(all.get("fingerprint") instanceof List<?> list)) {
            return null;
        }
        List<Fingerprint> read = new ArrayList<>();
        for (Object each : list) {
            Fingerprint fingerprint = Fingerprint.parse(JsonText.text(each, "algorithm") + " " + JsonText.text(each, "digest"));
            if (fingerprint == null) {
                return null;
            }
            read.add(fingerprint);
        }
        return read;
    }
}
