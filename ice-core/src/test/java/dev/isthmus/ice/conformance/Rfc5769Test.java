package dev.isthmus.ice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The test vectors of RFC 5769, which RFC 8489 keeps. */
class Rfc5769Test {
    private static final String PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";
    private static final String REQUEST = """
            00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74 00240004 6e0001ff 80290008 932ff9b1
            51263b36 00060009 6576746a 3a683676 59202020 00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf""";
    private static final String IPV4_RESPONSE = """
            0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200008 0001a147 e112a643 00080014 2b91f599
            fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96""";
    private static final String IPV6_RESPONSE = """
            01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200014 0002a147 0113a9fa a5d3f179 bc25f4b5
            bed2b9d9 00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c""";
    private static final String LONG_TERM_REQUEST = """
            00010060 2112a442 78ad3433 c6ad72c0 29da412e 00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000 0015001c 662f2f34 39396b39
            35346436 4f4c3334 6f4c3946 53547679 36347341 0014000b 6578616d 706c652e 6f726700 00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2
            8ca89666""";

    private final MessageIntegrity integrity = new MessageIntegrity();

    private static StunMessage message(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
        StunMessage message = new StunMessage();
        assertThat(message.wrap(ByteBuffer.wrap(bytes), 0, bytes.length)).isEqualTo(StunResult.OK);
        return message;
    }

    @Test
    void section21SampleRequest() {
        StunMessage request = message(REQUEST);
        assertThat(request.hasFingerprint()).isTrue();
        assertThat(integrity.verify(request, MessageIntegrity.shortTermKey(PASSWORD))).isTrue();
        assertThat(integrity.verify(request, MessageIntegrity.shortTermKey(PASSWORD + "x"))).isFalse();
        assertThat(request.text(StunAttribute.USERNAME)).isEqualTo("evtj:h6vY");
        assertThat(request.unsignedInt(StunAttribute.PRIORITY, -1)).isEqualTo(0x6e0001ffL);
        assertThat(request.longValue(StunAttribute.ICE_CONTROLLED)).isEqualTo(0x932ff9b151263b36L);
        assertThat(request.text(StunAttribute.SOFTWARE)).isEqualTo("STUN test client");
    }

    @Test
    void section22Ipv4Response() {
        StunMessage response = message(IPV4_RESPONSE);
        assertThat(integrity.verify(response, MessageIntegrity.shortTermKey(PASSWORD))).isTrue();
        assertThat(response.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS)).isEqualTo(TransportAddress.parse("192.0.2.1", 32853));
    }

    @Test
    void section23Ipv6Response() {
        StunMessage response = message(IPV6_RESPONSE);
        assertThat(integrity.verify(response, MessageIntegrity.shortTermKey(PASSWORD))).isTrue();
        assertThat(response.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS))
                .isEqualTo(TransportAddress.parse("2001:db8:1234:5678:11:2233:4455:6677", 32853));
    }

    @Test
    void section24LongTermRequest() {
        StunMessage request = message(LONG_TERM_REQUEST);
        String username = "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9";
        assertThat(request.bytes(StunAttribute.USERNAME)).isEqualTo(username.getBytes(StandardCharsets.UTF_8));
        byte[] key = PasswordAlgorithm.MD5.key(username, "example.org", "TheMatrIX");
        assertThat(integrity.verify(request, key)).isTrue();
    }
}
