package dev.isthmus.ice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.OpaqueString;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** RFC 8489: its test vector, and what it says of integrity attributes. */
class Rfc8489Test {
    /** As erratum 6268 has it; what is printed in the RFC lacks PASSWORD-ALGORITHM and counts bytes that are not there. */
    private static final String REQUEST = """
            000100902112a44278ad3433c6ad72c029da412e001e00204a3cf38fef6992bda952c67804\
            17da0f24819415569e60b205c46e41407f1704001500296f624d61744a6f73324141414366\
            2f2f3439396b39353464364f4c33346f4c394653547679363473410000000014000b657861\
            6d706c652e6f726700001d000400020000001c0020b5c7bf005b6c52a21c51c5e892f81924\
            136296cb927c43149309278cc6518e65""";
    private static final String USERNAME = "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9";
    private static final String REALM = "example.org";
    private static final byte[] KEY = PasswordAlgorithm.MD5.key("u", "r", "p");
    private final MessageIntegrity integrity = new MessageIntegrity();
    private final StunMessage message = new StunMessage();

    /** Appendix B.1. */
    @Test
    void sampleRequestWithUserHashAndSha256() {
        byte[] bytes = HexFormat.of().parseHex(REQUEST);
        assertThat(message.wrap(ByteBuffer.wrap(bytes), 0, bytes.length)).isEqualTo(StunResult.OK);
        assertThat(message.bytes(StunAttribute.USERHASH)).isEqualTo(PasswordAlgorithm.userHash(OpaqueString.of(USERNAME), REALM));
        assertThat(message.text(StunAttribute.NONCE)).isEqualTo("obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA");
        assertThat(integrity.verifySha256(message, PasswordAlgorithm.SHA_256.key(USERNAME, REALM, "TheMatrIX"))).isTrue();
        assertThat(integrity.verifySha256(message, PasswordAlgorithm.SHA_256.key(USERNAME, REALM, "TheMatrIy"))).isFalse();
        assertThat(message.hasIntegrity()).isFalse();
    }

    /** Section 9.2.2. */
    @Test
    void keyOfTheExample() {
        assertThat(PasswordAlgorithm.MD5.key("user", "realm", "pass"))
                .isEqualTo(HexFormat.of().parseHex("8493fbc53ba582fb4c044c456bdc40eb"));
    }

    private StunWriter writer(ByteBuffer buffer) {
        return new StunWriter().begin(buffer, 0, StunType.of(1, StunType.REQUEST), 1, 2).text(StunAttribute.SOFTWARE, "x");
    }

    /** Sections 14.5 and 14.6: both attributes may be there; what follows them is ignored. */
    @Test
    void bothIntegritiesAndWhatFollows() {
        ByteBuffer buffer = ByteBuffer.allocate(512);
        StunWriter writer = writer(buffer).integrity(integrity, KEY).integritySha256(integrity, KEY).text(StunAttribute.USERNAME, "later")
                .fingerprint();
        assertThat(message.wrap(buffer, 0, writer.length())).isEqualTo(StunResult.OK);
        assertThat(integrity.verify(message, KEY)).isTrue();
        assertThat(integrity.verifySha256(message, KEY)).isTrue();
        assertThat(message.has(StunAttribute.USERNAME)).isFalse();
        assertThat(message.unknownRequired(type -> false)).isEmpty();
        assertThat(message.hasFingerprint()).isTrue();
    }

    /** Section 14.6: MESSAGE-INTEGRITY after MESSAGE-INTEGRITY-SHA256 is none. */
    @Test
    void integrityBehindSha256IsIgnored() {
        ByteBuffer buffer = ByteBuffer.allocate(512);
        StunWriter writer = writer(buffer).integritySha256(integrity, KEY).integrity(integrity, KEY);
        assertThat(message.wrap(buffer, 0, writer.length())).isEqualTo(StunResult.OK);
        assertThat(integrity.verifySha256(message, KEY)).isTrue();
        assertThat(message.hasIntegrity()).isFalse();
    }

    /** Section 14.6: a truncated value is not what TURN admits. */
    @Test
    void truncatedSha256IsNotVerified() {
        ByteBuffer buffer = ByteBuffer.allocate(512);
        StunWriter writer = writer(buffer).bytes(StunAttribute.MESSAGE_INTEGRITY_SHA256, new byte[16]);
        assertThat(message.wrap(buffer, 0, writer.length())).isEqualTo(StunResult.OK);
        assertThat(message.claimsIntegrity()).isTrue();
        assertThat(message.hasIntegritySha256()).isFalse();
        assertThat(integrity.verifySha256(message, KEY)).isFalse();
    }

    /** RFC 8265, section 4.2. */
    @Test
    void opaqueStrings() {
        assertThat(OpaqueString.of("a\u00A0b\u3000c")).isEqualTo("a b c");
        assertThat(OpaqueString.of("e\u0301")).isEqualTo("\u00E9");
        assertThat(OpaqueString.admits("p\u00E4ss word\u00DF")).isTrue();
        assertThat(OpaqueString.admits("a\u0000b")).isFalse();
        assertThat(OpaqueString.admits("")).isFalse();
    }
}
