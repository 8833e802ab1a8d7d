package dev.isthmus.gateway.identity;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.isthmus.ice.dtls.Fingerprint;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A PASSporT (RFC 8225): who calls whom, since when, and with which certificates, signed with ES256. */
final class PassportToken {
    private static final int LONGEST = 65_536;
    private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();

    /**
     * What it says.
     *
     * @param x5u where the certificate of the key is
     * @param orig who calls: a URI, or a telephone number without one
     * @param dest whom, as URIs
     * @param iat when it was made, in seconds since 1970
     * @param mky fingerprints of the certificates that are used
     */
    record Claims(URI x5u, String orig, List<String> dest, long iat, List<Fingerprint> mky) {}

    private final Claims claims;
    private final byte[] signed;
    private final byte[] signature;

    private PassportToken(Claims claims, byte[] signed, byte[] signature) {
        this.claims = claims;
        this.signed = signed;
        this.signature = signature;
    }

    Claims claims() {
        return claims;
    }

    /** Returns the compact form, signed; the same claims and key always give the same text (RFC 6979). */
    static String sign(Claims claims, ECPrivateKey key) {
        String input = encoded(header(claims)) + "." + encoded(payload(claims));
        byte[] signature = Es256.sign(input.getBytes(StandardCharsets.US_ASCII), key);
        return input + "." + TO_TEXT.encodeToString(signature);
    }

    private static String encoded(String json) {
        return TO_TEXT.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    /** RFC 8225, section 9: names in their order, no space. */
    static String header(Claims claims) {
        return JsonText.write(json -> {
            json.writeStartObject();
            json.writeStringField("alg", "ES256");
            json.writeStringField("typ", "passport");
            json.writeStringField("x5u", claims.x5u().toString());
            json.writeEndObject();
        });
    }

    static String payload(Claims claims) {
        return JsonText.write(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("dest");
            json.writeArrayFieldStart("uri");
            for (String each : claims.dest()) {
                json.writeString(each);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeNumberField("iat", claims.iat());
            fingerprints(json, claims.mky());
            json.writeObjectFieldStart("orig");
            json.writeStringField(isNumber(claims.orig()) ? "tn" : "uri", claims.orig());
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    /** Section 5.2.2: by algorithm and then by hash, which has no colons. */
    private static void fingerprints(JsonGenerator json, List<Fingerprint> of) throws IOException {
        if (of.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("mky");
        for (Fingerprint each : of.stream().sorted(Comparator.comparing(Fingerprint::algorithm).thenComparing(Fingerprint::value))
                .toList()) {
            json.writeStartObject();
            json.writeStringField("alg", each.algorithm());
            json.writeStringField("dig", each.value().replace(":", ""));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static boolean isNumber(String orig) {
        return orig.matches("[0-9*#+]+");
    }

    /**
     * Reads the compact form; the signature is not looked at yet.
     *
     * @throws IdentityException {@code TOKEN_INVALID} when it is none
     */
    static PassportToken read(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 3 || text.length() > LONGEST) {
            throw invalid("it has not three parts");
        }
        Map<String, Object> header = JsonText.object(decoded(parts[0]));
        Map<String, Object> payload = JsonText.object(decoded(parts[1]));
        byte[] signature = bytes(parts[2]);
        boolean usual = "ES256".equals(JsonText.text(header, "alg")) && "passport".equals(JsonText.text(header, "typ"));
        if (header == null || payload == null || !usual || header.containsKey("crit") || header.containsKey("ppt")) {
            throw invalid("it is none that is understood here");
        }
        if (signature.length != Es256.LENGTH) {
            throw invalid("its signature has not 64 bytes");
        }
        return new PassportToken(claims(header, payload), (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII), signature);
    }

    private static Claims claims(Map<String, Object> header, Map<String, Object> payload) {
        Object orig = payload.get("orig");
        String uri = JsonText.text(orig, "uri");
        String number = JsonText.text(orig, "tn");
        if ((uri == null) == (number == null)) {
            throw invalid("it does not say who calls");
        }
        if (!(payload.get("iat") instanceof Double iat) || iat != Math.rint(iat) || !(payload.get("dest") instanceof Map<?, ?> dest)) {
            throw invalid("it does not say when, or whom");
        }
        List<String> callees = new ArrayList<>();
        JsonText.list(dest, "uri").forEach(each -> callees.add(String.valueOf(each)));
        JsonText.list(dest, "tn").forEach(each -> callees.add(String.valueOf(each)));
        return new Claims(address(JsonText.text(header, "x5u")), uri == null ? String.valueOf(number) : uri, callees, iat.longValue(),
                fingerprints(payload));
    }

    private static URI address(@Nullable String x5u) {
        try {
            return URI.create(x5u == null ? "" : x5u);
        } catch (IllegalArgumentException e) {
            throw invalid("its x5u is no URI");
        }
    }

    private static List<Fingerprint> fingerprints(Map<String, Object> payload) {
        List<Fingerprint> read = new ArrayList<>();
        for (Object each : JsonText.list(payload, "mky")) {
            String colons = String.valueOf(JsonText.text(each, "dig")).replaceAll("(..)(?!$)", "$1:");
            Fingerprint fingerprint = Fingerprint.parse(JsonText.text(each, "alg") + " " + colons);
            if (fingerprint == null) {
                throw invalid("a fingerprint is none");
            }
            read.add(fingerprint);
        }
        return read;
    }

    private static byte[] bytes(String part) {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw invalid("a part is no Base64");
        }
    }

    private static String decoded(String part) {
        return new String(bytes(part), StandardCharsets.UTF_8);
    }

    static IdentityException invalid(String why) {
        return new IdentityException(IdentityException.Failure.TOKEN_INVALID, "the token is refused: " + why);
    }

    /** Returns whether it was signed with the key that belongs to this one. */
    boolean isSignedBy(PublicKey key) {
        return Es256.verifies(signed, signature, key);
    }
}
