package dev.isthmus.ice.stun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the writer writes, the flyweight reads; what is damaged is refused by name. */
class StunWriterTest {
    private static final byte[] KEY = PasswordAlgorithm.MD5.key("u", "r", "p");
    private final MessageIntegrity integrity = new MessageIntegrity();
    private final ByteBuffer buffer = ByteBuffer.allocate(512);
    private final StunMessage message = new StunMessage();

    private int write(int at, TransportAddress address) {
        StunWriter writer = new StunWriter().begin(buffer, at, StunType.of(StunType.BINDING, StunType.ERROR), 7, 99);
        writer.error(438, "Stale Nonce").text(StunAttribute.REALM, "réalm").xorAddress(StunAttribute.XOR_MAPPED_ADDRESS, address)
                .unknownAttributes(new int[]{0x7001, 0x7002}).integrity(integrity, KEY).fingerprint();
        return writer.length();
    }

    @Test
    void roundTripAtAnyOffsetAndInBothFamilies() {
        for (String text : new String[]{"192.0.2.7:5000", "[2001:db8::1]:65535"}) {
            TransportAddress address = Objects.requireNonNull(TransportAddress.parse(text));
            for (int offset = 0; offset < 9; offset++) {
                int length = write(offset, address);
                assertThat(message.wrap(buffer, offset, length)).isEqualTo(StunResult.OK);
                assertThat(message.errorCode()).isEqualTo(438);
                assertThat(message.text(StunAttribute.REALM)).isEqualTo("réalm");
                assertThat(message.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS)).isEqualTo(address);
                assertThat(message.transactionHigh()).isEqualTo(7);
                assertThat(message.transactionLow()).isEqualTo(99);
                assertThat(integrity.verify(message, KEY)).isTrue();
            }
        }
    }

    @Test
    void everySingleBitThatFlipsIsNoticed() {
        int length = write(0, TransportAddress.ipv4(1, 2));
        for (int bit = 0; bit < length * 8; bit++) {
            buffer.put(bit / 8, (byte) (buffer.get(bit / 8) ^ 1 << bit % 8));
            boolean accepted = message.wrap(buffer, 0, length) == StunResult.OK && message.hasFingerprint();
            assertThat(accepted).as("bit %d", bit).isFalse();
            buffer.put(bit / 8, (byte) (buffer.get(bit / 8) ^ 1 << bit % 8));
        }
    }

    @Test
    void attributesBehindTheIntegrityAreNotFound() {
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.BINDING, 1, 2).integrity(integrity, KEY)
                .text(StunAttribute.USERNAME, "smuggled");
        assertThat(message.wrap(buffer, 0, writer.length())).isEqualTo(StunResult.OK);
        assertThat(message.has(StunAttribute.USERNAME)).isFalse();
        assertThat(integrity.verify(message, KEY)).isTrue();
    }

    @Test
    void damagedFramesHaveNames() {
        int length = write(0, TransportAddress.ipv4(1, 2));
        assertThat(message.wrap(buffer, 0, 19)).isEqualTo(StunResult.TOO_SHORT);
        assertThat(message.wrap(buffer, 0, length - 4)).isEqualTo(StunResult.BAD_LENGTH);
        buffer.putShort(22, (short) 4000);
        assertThat(message.wrap(buffer, 0, length)).isEqualTo(StunResult.BAD_ATTRIBUTE);
        buffer.putInt(4, 0);
        assertThat(message.wrap(buffer, 0, length)).isEqualTo(StunResult.BAD_COOKIE);
        buffer.put(0, (byte) 0x80);
        assertThat(message.wrap(buffer, 0, length)).isEqualTo(StunResult.BAD_TYPE);
    }

    @Test
    void randomBytesNeverThrow() {
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < 200_000; i++) {
            int length = random.below(120);
            buffer.put(0, random.bytes(length));
            if ((i & 1) == 0 && length >= 20) {
                buffer.put(0, (byte) (buffer.get(0) & 0x3f));
                buffer.putInt(4, StunMessage.MAGIC_COOKIE);
                buffer.putShort(2, (short) (length - 20));
            }
            if (message.wrap(buffer, 0, length) == StunResult.OK) {
                readEverything();
            }
        }
    }

    private void readEverything() {
        for (int type : new int[]{StunAttribute.USERNAME, StunAttribute.ERROR_CODE, StunAttribute.XOR_MAPPED_ADDRESS}) {
            message.bytes(type);
            message.xorAddress(type);
            message.xorAddresses(type);
            message.unsignedInt(type, 0);
        }
        message.errorCode();
        message.unknownRequired(t -> false);
        integrity.verify(message, KEY);
    }
}
