package dev.isthmus.ice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes come, a STUN message is refused or can be read to its end, and nowhere beyond. */
class StunMessageFuzz {
    private static final int MARGIN = 8;
    private final MessageIntegrity integrity = new MessageIntegrity();
    private final StunMessage message = new StunMessage();

    @MethodSource("dev.isthmus.ice.fuzz.Seeds#single")
    @FuzzTest(maxDuration = "60s")
    void readsOrRefuses(byte[] bytes) {
        ByteBuffer exact = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length));
        byte[] padded = new byte[bytes.length + 2 * MARGIN];
        Arrays.fill(padded, (byte) 0xff);
        System.arraycopy(bytes, 0, padded, MARGIN, bytes.length);
        StunResult result = message.wrap(exact, 0, bytes.length);
        String seen = result == StunResult.OK ? read(message) : "";
        StunResult again = message.wrap(ByteBuffer.wrap(padded), MARGIN, bytes.length);
        assertThat(again).as("what lies around it does not matter").isEqualTo(result);
        if (result == StunResult.OK) {
            assertThat(read(message)).isEqualTo(seen);
            rewritten();
        }
    }

    /** What was understood can be written again, and is understood as the same. */
    private void rewritten() {
        ByteBuffer out = ByteBuffer.allocate(message.length() + 64);
        StunWriter writer = new StunWriter().begin(out, 0, message.type(), message.transactionHigh(), message.transactionLow());
        int at = message.start() + StunMessage.HEADER_LENGTH;
        int end = message.start() + message.length();
        while (at < end) {
            int type = message.buffer().getShort(at) & 0xffff;
            int length = message.buffer().getShort(at + 2) & 0xffff;
            if (message.find(type) == at + 4 && type != StunAttribute.FINGERPRINT) {
                writer.bytes(type, message.buffer(), at + 4, length);
            }
            at += 4 + (length + 3 & ~3);
        }
        assertThat(new StunMessage().wrap(out, 0, writer.length())).isEqualTo(StunResult.OK);
    }

    private String read(StunMessage m) {
        StringBuilder seen = new StringBuilder();
        seen.append(m.type()).append(m.method()).append(m.messageClass()).append(m.errorCode()).append(m.hasFingerprint());
        seen.append(integrity.verify(m, Seeds.KEY)).append(integrity.verifySha256(m, Seeds.KEY)).append(m.claimsIntegrity());
        for (int type : new int[]{1, 6, 8, 9, 0xA, 0xC, 0xD, 0x12, 0x13, 0x14, 0x15, 0x16, 0x18, 0x19, 0x1E, 0x20, 0x8002, 0x8028,
                0x802A}) {
            seen.append(m.text(type)).append(m.unsignedInt(type, -1)).append(m.xorAddress(type))
                    .append(Arrays.toString(m.xorAddresses(type))).append(m.hasLong(type) ? m.longValue(type) : 0);
        }
        return seen.append(Arrays.toString(m.unknownRequired(type -> type == 1))).toString();
    }
}
