package dev.isthmus.ice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.turn.ChannelData;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.provider.MethodSource;

/** Data is inside its message, or there is none. */
class ChannelDataFuzz {
    @MethodSource("dev.isthmus.ice.fuzz.Seeds#single")
    @FuzzTest(maxDuration = "20s")
    void liesInside(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int data = ChannelData.dataLength(buffer, 0, bytes.length);
        if (data < 0) {
            boolean short4 = bytes.length < ChannelData.HEADER_LENGTH;
            assertThat(short4 || (buffer.getShort(2) & 0xffff) > bytes.length - ChannelData.HEADER_LENGTH).isTrue();
            return;
        }
        assertThat(ChannelData.HEADER_LENGTH + data).isLessThanOrEqualTo(bytes.length);
        byte[] again = new byte[bytes.length];
        ChannelData.writeHeader(ByteBuffer.wrap(again), 0, ChannelData.channel(buffer, 0), data);
        assertThat(ByteBuffer.wrap(again).getInt(0)).isEqualTo(buffer.getInt(0));
    }
}
