package dev.isthmus.gateway.identity;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.Assertions;

/** Whatever stands in {@code a=identity} or in a token: it is refused with its reason, and never believed unless the key has signed it. */
class PassportFuzz {
    private static final KeyPair KEYS = PassportTest.pair("secp256r1");
    private static final PassportProvider PROVIDER = new PassportProvider("b", () -> 1000, PassportKeys.of("b", KEYS.getPublic()));
    private static final String SIGNED = PassportToken.sign(
            new PassportToken.Claims(URI.create("https://a"), "sip:a@b", List.of("sip:c@d"), 1,
                    List.of(new dev.isthmus.ice.dtls.Fingerprint("sha-256", "00".repeat(32).replaceAll("..(?!$)", "$0:")))),
            (ECPrivateKey) KEYS.getPrivate());

    @FuzzTest(maxDuration = "20s")
    void anything(byte[] bytes) {
        IdentityAttribute.read(new String(bytes, StandardCharsets.ISO_8859_1));
        IdentityContents.read(new String(bytes, StandardCharsets.UTF_8));
        validate(new String(bytes, StandardCharsets.ISO_8859_1));
        validate(changed(bytes));
    }

    /** A sound token with some of its characters replaced: place and character in turn. */
    private static String changed(byte[] bytes) {
        byte[] token = SIGNED.getBytes(StandardCharsets.US_ASCII);
        byte[] before = token.clone();
        for (int i = 0; i + 2 < bytes.length; i += 3) {
            token[((bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff) % token.length] = bytes[i + 2];
        }
        return Arrays.equals(before, token) ? "" : new String(token, StandardCharsets.ISO_8859_1);
    }

    private static void validate(String token) {
        try {
            PROVIDER.validateAssertion(token, "null").whenComplete((result, failure) -> {
                // only the last character of the signature has bits that mean nothing
                boolean same = token.length() == SIGNED.length() && token.startsWith(SIGNED.substring(0, SIGNED.length() - 1));
                Assertions.assertThat(result == null || same).as(token).isTrue();
            });
        } catch (IdentityException e) {
            Assertions.assertThat(e.failure()).isIn(IdentityException.Failure.TOKEN_INVALID, IdentityException.Failure.TOKEN_EXPIRED);
        }
    }
}
