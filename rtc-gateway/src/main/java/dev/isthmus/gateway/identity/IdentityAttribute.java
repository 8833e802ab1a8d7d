package dev.isthmus.gateway.identity;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code a=identity} of descriptions: an assertion and its provider as JSON in Base64 (RFC 8827, sections 5 and 7.4.2). */
public final class IdentityAttribute {
    private IdentityAttribute() {}

    /** Returns the value of the attribute. */
    public static String write(RTCIdentityAssertionResult result) {
        String text = JsonText.write(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("idp");
            json.writeStringField("domain", result.idp().domain());
            json.writeStringField("protocol", result.idp().protocol());
            json.writeEndObject();
            json.writeStringField("assertion", result.assertion());
            json.writeEndObject();
        });
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads a value, whose extensions are left aside; returns null when it is malformed. */
    public static @Nullable RTCIdentityAssertionResult read(String value) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(value.split(";", 2)[0].trim());
        } catch (IllegalArgumentException e) {
            return null;
        }
        Map<String, Object> all = JsonText.object(new String(bytes, StandardCharsets.UTF_8));
        Object idp = all == null ? null : all.get("idp");
        String assertion = JsonText.text(all, "assertion");
        String domain = JsonText.text(idp, "domain");
        String protocol = JsonText.text(idp, "protocol");
        if (assertion == null || domain == null || !domain.matches("[\\p{L}\\p{N}.-]{1,253}(:[0-9]{1,5})?")
                || protocol != null && !isProtocol(protocol)) {
            return null;
        }
        return new RTCIdentityAssertionResult(new RTCIdentityProviderDetails(domain, protocol == null ? "default" : protocol), assertion);
    }

    /** Returns whether a protocol may be called so. */
    public static boolean isProtocol(String name) {
        return name.indexOf('/') < 0 && name.indexOf('\\') < 0;
    }
}
