package dev.isthmus.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attribute of descriptions, names, and who has authority over them. */
class IdentityAttributeTest {
    /** RFC 8827, section 5. */
    private static final String EXAMPLE = "eyJpZHAiOnsiZG9tYWluIjoiZXhhbXBsZS5vcmciLCJwcm90b2NvbCI6ImJvZ3VzIn0sImFzc2VydGlvbiI6IntcImlkZW50aXR5XCI6XCJib2JAZXhhbXBsZS5vcmdc"
            + "IixcImNvbnRlbnRzXCI6XCJhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3l6XCIsXCJzaWduYXR1cmVcIjpcIjAxMDIwMzA0MDUwNlwifSJ9";
    private static final RTCIdentityAssertionResult MEANT = new RTCIdentityAssertionResult(
            new RTCIdentityProviderDetails("example.org", "bogus"),
            "{\"identity\":\"bob@example.org\",\"contents\":\"abcdefghijklmnopqrstuvwyz\",\"signature\":\"010203040506\"}");

    @Test
    void theExampleOfTheRfc() {
        assertThat(IdentityAttribute.read(EXAMPLE)).isEqualTo(MEANT);
        assertThat(IdentityAttribute.write(MEANT)).isEqualTo(EXAMPLE);
        assertThat(IdentityAttribute.read(EXAMPLE + ";extension=1")).isEqualTo(MEANT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "1", "{\"assertion\":\"x\"}", "{\"idp\":{\"domain\":\"d\"}}",
            "{\"idp\":{\"domain\":1},\"assertion\":\"x\"}",
            "{\"idp\":{\"domain\":\"\"},\"assertion\":\"x\"}",
            "{\"idp\":{\"domain\":\"evil.example/x@example.org\"},\"assertion\":\"x\"}",
            "{\"idp\":{\"domain\":\"a@b\"},\"assertion\":\"x\"}",
            "{\"idp\":{\"domain\":\"evil.example#\"},\"assertion\":\"x\"}",
            "{\"idp\":{\"domain\":\"d\",\"protocol\":\"a/b\"},\"assertion\":\"x\"}",
            "{\"idp\":{\"domain\":\"d\",\"protocol\":\"a\\\\b\"},\"assertion\":\"x\"}",
            "{\"idp\":[[[[[[[[[[1]]]]]]]]]],\"assertion\":\"x\"}",
            "{\"idp\":{\"domain\":\"d\"},\"assertion\":\"x\"} {}"})
    void whatIsNoneIsNotRead(String json) {
        assertThat(IdentityAttribute.read(Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8)))).isNull();
        assertThat(IdentityAttribute.read(json + "!")).isNull();
    }

    @Test
    void theProtocolMayBeLeftOut() {
        String json = "{\"idp\":{\"domain\":\"d\"},\"assertion\":\"x\"}";
        assertThat(IdentityAttribute.read(Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(new RTCIdentityAssertionResult(new RTCIdentityProviderDetails("d", "default"), "x"));
    }

    /** RFC 8827, section 7.8. */
    @Test
    void namesAreComparedByLabels() {
        assertThat(IdentityName.same("bob@b\u00fccher.example", "bob@XN--bcher-kva.example")).isTrue();
        assertThat(IdentityName.same("bob@example.org", "Bob@example.org")).isFalse();
        assertThat(IdentityName.same("bob", "bob")).isFalse();
        assertThat(IdentityName.domain("a@b@c")).isEmpty();
        assertThat(IdentityName.of("user@133%", "identity.example.com")).isEqualTo("user%40133%25@identity.example.com");
    }

    @Test
    void aProviderSpeaksForItsOwnDomainAndForThoseThatItIsBelieved() {
        IdentityProviders providers = IdentityProviders.NONE.withThirdParty("idp.example", "example.org");
        assertThat(providers.isAuthority("example.com", "a@EXAMPLE.com")).isTrue();
        assertThat(providers.isAuthority("example.com", "a@sub.example.com")).isFalse();
        assertThat(providers.isAuthority("idp.example", "a@example.org")).isTrue();
        assertThat(providers.isAuthority("idp.example:8443", "a@idp.example")).isTrue();
        assertThat(providers.isAuthority("idp.example", "a@example.net")).isFalse();
        assertThat(providers.isAuthority("idp.example", "nobody")).isFalse();
        assertThat(providers.isAuthority("evil.example/x@example.org", "a@example.org")).isFalse();
    }
}
