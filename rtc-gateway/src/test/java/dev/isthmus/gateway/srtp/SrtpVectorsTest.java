package dev.isthmus.gateway.srtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.ice.dtls.SrtpKeys;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.sim.SeededRandom;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Published vectors, and the contexts around them. */
class SrtpVectorsTest {
    private static final byte[] MASTER_KEY = hex("E1F97A0D3E018BE0D64FA32C06DE4139");
    private static final byte[] MASTER_SALT = hex("0EC675AD498AFEEBB6960B3AABE6");

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", "").toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void rfc3711AppendixB3KeyDerivation() {
        assertThat(KeyDerivation.derive(MASTER_KEY, MASTER_SALT, 0, 16)).isEqualTo(hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assertThat(KeyDerivation.derive(MASTER_KEY, MASTER_SALT, 2, 14)).isEqualTo(hex("30CBBC08863D8C85D49DB34A9AE1"));
        assertThat(KeyDerivation.derive(MASTER_KEY, MASTER_SALT, 1, 94))
                .startsWith(hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF"));
    }

    @Test
    void aesCmPacketOfTheReferenceImplementation() {
        byte[] packet = Arrays.copyOf(hex("800f1234decafbadcafebabe abababababababababababababababab"), 64);
        AesCmTransform transform = new AesCmTransform(MASTER_KEY, MASTER_SALT);
        int length = transform.protectRtp(packet, 28, 12, 0xcafebabe, 0x1234);
        byte[] expected = hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb");
        assertThat(Arrays.copyOf(packet, length)).isEqualTo(expected);
        assertThat(transform.unprotectRtp(packet, length, 12, 0xcafebabe, 0x1234)).isEqualTo(28);
        assertThat(packet[27]).isEqualTo((byte) 0xab);
    }

    @Test
    void rfc7714Section1611AesGcm() {
        byte[] packet = Arrays.copyOf(hex("8040f17b8041f8d35501a0b2"), 80);
        byte[] text = "Gallia est omnis divisa in partes tres".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, packet, 12, text.length);
        AesGcmTransform transform = AesGcmTransform.ofSessionKeys(hex("000102030405060708090a0b0c0d0e0f"), hex("517569642070726f2071756f"));
        int length = transform.protectRtp(packet, 12 + text.length, 12, 0x5501a0b2, 0xf17b);
        assertThat(Arrays.copyOf(packet, length)).isEqualTo(hex("8040f17b8041f8d35501a0b2 f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d29"
                + "4e6f42a5f47a51c7d19b36de3adf8833 899d7f27beb16a9152cf765ee4390cce"));
    }

    @Test
    void rfc3711AppendixB2KeyStream() {
        byte[] packet = new byte[12 + 32 + 16];
        AesCmTransform transform = AesCmTransform.ofSessionKeys(hex("2B7E151628AED2A6ABF7158809CF4F3C"),
                hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"));
        transform.protectRtp(packet, 44, 12, 0, 0);
        assertThat(Arrays.copyOfRange(packet, 12, 44))
                .isEqualTo(hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"));
    }

    @Test
    void rfc7714Section171AesGcmSrtcp() {
        String plain = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
        byte[] packet = Arrays.copyOf(hex(plain), 96);
        AesGcmTransform transform = AesGcmTransform.ofSessionKeys(hex("000102030405060708090a0b0c0d0e0f"), hex("517569642070726f2071756f"));
        int length = transform.protectRtcp(packet, plain.length() / 2, 0x4d617273, 0x5d4);
        assertThat(Arrays.copyOf(packet, length)).isEqualTo(hex("81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32d"
                + "c676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4"));
        assertThat(transform.unprotectRtcp(packet, length, 0x4d617273)).isEqualTo(plain.length() / 2);
        assertThat(Arrays.copyOf(packet, plain.length() / 2)).isEqualTo(hex(plain));
    }

    private static SrtpKeys keys(SrtpProfile profile, boolean mirrored) {
        byte[] salt = Arrays.copyOf(MASTER_SALT, profile.saltLength());
        byte[] other = Arrays.copyOf(new byte[]{1}, profile.saltLength());
        byte[] otherKey = new byte[16];
        return mirrored
                ? new SrtpKeys(profile, otherKey, other, MASTER_KEY, salt)
                : new SrtpKeys(profile, MASTER_KEY, salt, otherKey, other);
    }

    private static ByteBuffer rtp(int sequence, int length) {
        ByteBuffer b = ByteBuffer.allocate(2048);
        b.put(0, (byte) 0x80).put(1, (byte) 111).putShort(2, (short) sequence).putInt(4, sequence * 960).putInt(8, 0x1234);
        for (int i = 12; i < length; i++) {
            b.put(i, (byte) (sequence + i));
        }
        return b;
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void aMillionthOfTheIndexSpaceWithLossAndReordering(SrtpProfile profile) {
        SrtpContext out = SrtpContext.outbound(keys(profile, false), new byte[SrtpContext.ROOM]);
        SrtpContext in = SrtpContext.inbound(keys(profile, true), new byte[SrtpContext.ROOM]);
        SeededRandom random = new SeededRandom(3);
        ByteBuffer held = null;
        int heldLength = 0;
        for (int i = 0; i < 150_000; i++) {
            ByteBuffer packet = rtp(65_000 + i & 0xffff, 60);
            int length = out.protectRtp(packet, 0, 60);
            int fate = random.below(20);
            if (fate == 0) {
                continue;
            }
            if (fate == 1 && held == null) {
                held = packet;
                heldLength = length;
                continue;
            }
            assertThat(in.unprotectRtp(packet, 0, length)).isEqualTo(60);
            assertThat(packet.get(59)).isEqualTo((byte) (65_000 + i + 59));
            if (held != null) {
                assertThat(in.unprotectRtp(held, 0, heldLength)).isEqualTo(60);
                held = null;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void replayedForgedAndShortPacketsAreRefusedByName(SrtpProfile profile) {
        SrtpContext out = SrtpContext.outbound(keys(profile, false), new byte[SrtpContext.ROOM]);
        SrtpContext in = SrtpContext.inbound(keys(profile, true), new byte[SrtpContext.ROOM]);
        ByteBuffer packet = rtp(1, 60);
        int length = out.protectRtp(packet, 0, 60);
        ByteBuffer copy = ByteBuffer.wrap(packet.array().clone());
        packet.put(20, (byte) (packet.get(20) ^ 1));
        assertThat(in.unprotectRtp(packet, 0, length)).isEqualTo(-1);
        assertThat(in.reason()).isEqualTo(GatewayReason.SRTP_WRONG_TAG);
        ByteBuffer again = ByteBuffer.wrap(copy.array().clone());
        assertThat(in.unprotectRtp(copy, 0, length)).isEqualTo(60);
        assertThat(in.unprotectRtp(again, 0, length)).isEqualTo(-1);
        assertThat(in.reason()).isEqualTo(GatewayReason.SRTP_REPLAYED);
        assertThat(in.unprotectRtp(again, 0, 14)).isEqualTo(-1);
        assertThat(in.reason()).isEqualTo(GatewayReason.SRTP_TOO_SHORT);
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void rtcpRoundTripAndReplay(SrtpProfile profile) {
        SrtpContext out = SrtpContext.outbound(keys(profile, false), new byte[SrtpContext.ROOM]);
        SrtpContext in = SrtpContext.inbound(keys(profile, true), new byte[SrtpContext.ROOM]);
        for (int i = 0; i < 300; i++) {
            ByteBuffer packet = ByteBuffer.allocate(256);
            packet.put(0, (byte) 0x80).put(1, (byte) 201).putShort(2, (short) 1).putInt(4, 77).putInt(8, i);
            int length = out.protectRtcp(packet, 0, 12);
            assertThat(packet.getInt(8)).isNotEqualTo(i);
            ByteBuffer replay = ByteBuffer.wrap(packet.array().clone());
            assertThat(in.unprotectRtcp(packet, 0, length)).isEqualTo(12);
            assertThat(packet.getInt(8)).isEqualTo(i);
            assertThat(in.unprotectRtcp(replay, 0, length)).isEqualTo(-1);
            assertThat(in.reason()).isEqualTo(GatewayReason.SRTP_REPLAYED);
        }
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void whatWasSentLastCanBeRepeatedAndNothingElseUnderItsNumber(SrtpProfile profile) {
        SrtpContext out = SrtpContext.outbound(keys(profile, false), new byte[SrtpContext.ROOM]);
        ByteBuffer packet = rtp(1, 60);
        int length = out.protectRtp(packet, 0, 60);
        for (int i = 0; i < 3; i++) {
            ByteBuffer again = rtp(1, 60);
            assertThat(out.repeatRtp(again, 0, 60)).isEqualTo(length);
            assertThat(again).isEqualTo(packet);
        }
        assertThat(out.protectRtp(rtp(1, 60), 0, 60)).isEqualTo(-1);
        assertThat(out.repeatRtp(rtp(2, 60), 0, 60)).isEqualTo(-1);
    }
}
