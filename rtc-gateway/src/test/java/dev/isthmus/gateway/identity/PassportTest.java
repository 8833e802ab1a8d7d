package dev.isthmus.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.isthmus.ice.dtls.Fingerprint;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of RFC 8225, and whom they are believed. */
class PassportTest {
    /** RFC 8225, appendix A; its signature is not of the key that is printed there. */
    private static final String RFC_TOKEN = "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9jZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9."
            + "eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI6MTQ3MTM3NTQxOCwib3JpZyI6eyJ0biI6IjEyMTU1NTUxMjEyIn19."
            + "VLBCIVDCaeK6M4hLJb6SHQvacAQVvoiiEOWQ_iUkqk79UD81fHQ0E1b3_GluIkba7UWYRM47ZbNFdOJquE35cw";
    private static final URI ADDRESS = URI.create("https://cert.example.org/passport.cer");
    private static final String FIRST = "02:1A:CC:54:27:AB:EB:9C:53:3F:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1:7A:03:A2:7D:F9:B0:7F:46:19:B2";
    private static final String SECOND = "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1";
    private static final List<Fingerprint> BOTH = List.of(new Fingerprint("sha-256", SECOND), new Fingerprint("sha-256", FIRST));
    private static final RTCIdentityProviderOptions OPTIONS = RTCIdentityProviderOptions.DEFAULT;
    private long now = 1_700_000_000_000L;
    private final KeyPair pair = pair("secp256r1");
    private final PassportProvider provider = new PassportProvider("example.org", () -> now,
            PassportKeys.of("example.org", pair.getPublic()))
            .signing("alice@example.org", (ECPrivateKey) pair.getPrivate(), ADDRESS);

    static KeyPair pair(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RTCIdentityAssertionResult asserted(PassportProvider by, RTCIdentityProviderOptions options) {
        return by.generateAssertion(IdentityContents.write(BOTH), "null", options).toCompletableFuture().join();
    }

    private RTCIdentityValidationResult validated(String token) {
        return provider.validateAssertion(token, "null").toCompletableFuture().join();
    }

    private void refused(IdentityException.Failure why, String token) {
        assertThatExceptionOfType(IdentityException.class).isThrownBy(() -> {
            try {
                validated(token);
            } catch (CompletionException e) {
                throw Objects.requireNonNull(e.getCause());
            }
        }).extracting(IdentityException::failure).isEqualTo(why);
    }

    private static String part(String token, int index) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.")[index]), StandardCharsets.UTF_8);
    }

    @Test
    void theExampleOfTheRfc() {
        PassportToken token = PassportToken.read(RFC_TOKEN);
        assertThat(token.isSignedBy(pair.getPublic())).isFalse();
        assertThat(token.claims()).isEqualTo(
                new PassportToken.Claims(ADDRESS, "12155551212", List.of("sip:alice@example.com"), 1471375418, List.of()));
        assertThat(PassportToken.header(token.claims())).isEqualTo(part(RFC_TOKEN, 0));
        assertThat(PassportToken.payload(token.claims())).isEqualTo(part(RFC_TOKEN, 1));
    }

    /** RFC 8225, section 5.2.2, and section 9 for the order. */
    @Test
    void fingerprintsStandInTheirOrderWithoutColons() {
        String token = asserted(provider, OPTIONS.withPeerIdentity("bob@example.com")).assertion();
        assertThat(part(token, 1)).isEqualTo("{\"dest\":{\"uri\":[\"sip:bob@example.com\"]},\"iat\":1700000000,\"mky\":["
                + "{\"alg\":\"sha-256\",\"dig\":\"021ACC5427ABEB9C533F3E4B652E7D463F5442CD54F17A03A27DF9B07F4619B2\"},"
                + "{\"alg\":\"sha-256\",\"dig\":\"4AADB9B13F82183B540212DF3E5D496B19E57CAB3E4B652E7D463F5442CD54F1\"}],"
                + "\"orig\":{\"uri\":\"sip:alice@example.org\"}}");
    }

    @Test
    void whatWasAssertedIsValidated() {
        RTCIdentityAssertionResult result = asserted(provider, OPTIONS);
        assertThat(result.idp()).isEqualTo(new RTCIdentityProviderDetails("example.org", "passport"));
        assertThat(asserted(provider, OPTIONS)).as("nothing random is in it").isEqualTo(result);
        RTCIdentityValidationResult validated = validated(result.assertion());
        assertThat(validated.identity()).isEqualTo("alice@example.org");
        assertThat(validated.contents()).isEqualTo(IdentityContents.write(BOTH));
        assertThat(IdentityContents.read(validated.contents())).containsExactlyInAnyOrderElementsOf(BOTH);
        now += 60_000;
        assertThat(validated(result.assertion()).identity()).isEqualTo("alice@example.org");
    }

    @Test
    void oneOfSeveralIdentitiesIsChosenByTheHint() {
        PassportProvider two = provider.signing("bob@example.org", (ECPrivateKey) pair.getPrivate(), ADDRESS);
        assertThat(validated(asserted(two, OPTIONS.withUsernameHint("bob@EXAMPLE.org")).assertion()).identity())
                .isEqualTo("bob@example.org");
        assertThat(validated(asserted(two, OPTIONS).assertion()).identity()).isEqualTo("alice@example.org");
        assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> asserted(two, OPTIONS.withUsernameHint("eve@example.org")));
    }

    @Test
    void ageIsLimited() {
        String token = asserted(provider, OPTIONS).assertion();
        now += 60_001;
        refused(IdentityException.Failure.TOKEN_EXPIRED, token);
        now -= 200_000;
        refused(IdentityException.Failure.TOKEN_INVALID, token);
    }

    @Test
    void anotherKeyIsRefused() {
        PassportProvider eve = new PassportProvider("example.org", () -> now, PassportKeys.of("example.org", pair.getPublic()))
                .signing("alice@example.org", (ECPrivateKey) pair("secp256r1").getPrivate(), ADDRESS);
        refused(IdentityException.Failure.TOKEN_INVALID, asserted(eve, OPTIONS).assertion());
        PassportProvider foreign = provider.signing("carol@example.com", (ECPrivateKey) pair.getPrivate(), ADDRESS);
        refused(IdentityException.Failure.TOKEN_INVALID, asserted(foreign, OPTIONS.withUsernameHint("carol@example.com")).assertion());
    }

    @Test
    void aTelephoneNumberIsAUserOfTheProvider() {
        String token = PassportToken.sign(new PassportToken.Claims(ADDRESS, "12155551212", List.of("sip:x@y.z"), now / 1000, BOTH),
                (ECPrivateKey) pair.getPrivate());
        assertThat(validated(token).identity()).isEqualTo("12155551212@example.org");
        refused(IdentityException.Failure.TOKEN_INVALID, PassportToken
                .sign(new PassportToken.Claims(ADDRESS, "tel:1", List.of(), now / 1000, BOTH), (ECPrivateKey) pair.getPrivate()));
        refused(IdentityException.Failure.TOKEN_INVALID, PassportToken.sign(
                new PassportToken.Claims(ADDRESS, "sip:alice@example.org", List.of(), now / 1000, List.of()),
                (ECPrivateKey) pair.getPrivate()));
    }

    @Test
    void onlyTheCurveOfEs256IsTaken() {
        PassportToken token = PassportToken.read(asserted(provider, OPTIONS).assertion());
        assertThat(token.isSignedBy(pair("secp384r1").getPublic())).isFalse();
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final String HEADER = "{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":\"https://a\"}";
    private static final String PAYLOAD = "{\"dest\":{\"uri\":[\"sip:b@c\"]},\"iat\":1,\"mky\":[],\"orig\":{\"uri\":\"sip:a@b\"}}";

    /** Each is one of the two with something changed. */
    @ParameterizedTest
    @ValueSource(strings = {"ES256>none", "ES256>HS256", "passport>JWT", "\"typ\">\"ppt\":\"shaken\",\"typ\"",
            "\"typ\">\"crit\":[],\"typ\"",
            "https://a>ht tp", "\"iat\":1>\"iat\":\"1\"", "\"iat\":1>\"iat\":1.5", "\"iat\":1>\"x\":1", "\"dest\">\"d\"",
            "\"orig\":{\"uri\">\"orig\":{\"tn\":\"1\",\"uri\"", "\"orig\":{\"uri\">\"orig\":{\"x\"", "\"mky\":[]>\"mky\":[{}]",
            "\"mky\":[]>\"mky\":[{\"alg\":\"sha-1\",\"dig\":\"00\"}]", "\"mky\":[]>\"mky\":[1]", "{>{{", "}}>}",
            "\"iat\":1>\"iat\":1,\"iat\":1"})
    void whatIsNoTokenIsRefused(String change) {
        String[] parts = change.split(">", 2);
        String header = HEADER.replaceFirst(java.util.regex.Pattern.quote(parts[0]), java.util.regex.Matcher.quoteReplacement(parts[1]));
        String payload = PAYLOAD.replaceFirst(java.util.regex.Pattern.quote(parts[0]), java.util.regex.Matcher.quoteReplacement(parts[1]));
        assertThat(header + payload).isNotEqualTo(HEADER + PAYLOAD);
        String signature = encoded("x".repeat(64));
        assertThat(PassportToken.read(encoded(HEADER) + "." + encoded(PAYLOAD) + "." + signature)).as("unchanged").isNotNull();
        refused(IdentityException.Failure.TOKEN_INVALID, encoded(header) + "." + encoded(payload) + "." + signature);
    }

    @Test
    void whatHasNotThreePartsIsRefused() {
        for (String each : List.of("", ".", "a.b", "a.b.c.d", "%.%.%", RFC_TOKEN + "A", RFC_TOKEN.substring(0, RFC_TOKEN.length() - 4),
                "." + RFC_TOKEN)) {
            refused(IdentityException.Failure.TOKEN_INVALID, each);
        }
    }
}
