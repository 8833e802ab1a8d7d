package dev.isthmus.ice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.StreamFraming;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages in a byte stream, cut at every place (RFC 8489, section 6.2.2; RFC 8656, section 12.5). */
class StreamFramingTest {
    private static ByteBuffer stream() {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.of(1, StunType.REQUEST), 1, 2).text(0x8022, "abcde");
        int at = writer.length();
        ChannelData.writeHeader(buffer, at, 0x4000, 5);
        at += 12; // with padding
        ChannelData.writeHeader(buffer, at, 0x4001, 0);
        at += 4;
        writer.begin(buffer, at, StunType.of(1, StunType.REQUEST), 1, 3);
        return buffer.limit(at + writer.length());
    }

    private static List<Integer> lengths(ByteBuffer stream, int available) {
        List<Integer> found = new ArrayList<>();
        int at = 0;
        int length = StreamFraming.next(stream, at, available);
        while (length > 0 && length <= available - at) {
            found.add(length);
            at += length;
            length = StreamFraming.next(stream, at, available - at);
        }
        assertThat(length).isNotEqualTo(StreamFraming.BROKEN);
        return found;
    }

    @Test
    void everyCutLeavesTheMessagesBeforeIt() {
        ByteBuffer stream = stream();
        List<Integer> all = List.of(32, 12, 4, 20);
        for (int cut = 0; cut <= stream.limit(); cut++) {
            int whole = 0;
            int end = 0;
            while (whole < all.size() && end + all.get(whole) <= cut) {
                end += all.get(whole++);
            }
            assertThat(lengths(stream, cut)).isEqualTo(all.subList(0, whole));
        }
    }

    @Test
    void whatIsNeitherEndsTheStream() {
        ByteBuffer buffer = stream();
        buffer.put(0, (byte) 0x80);
        assertThat(StreamFraming.next(buffer, 0, 1)).isEqualTo(StreamFraming.BROKEN);
        buffer.put(0, (byte) 0);
        buffer.put(3, (byte) 5);
        assertThat(StreamFraming.next(buffer, 0, 4)).isEqualTo(StreamFraming.BROKEN);
        buffer.put(3, (byte) 12);
        assertThat(StreamFraming.next(buffer, 0, 32)).isEqualTo(32);
        buffer.put(4, (byte) 0x22);
        assertThat(StreamFraming.next(buffer, 0, 3)).isEqualTo(StreamFraming.INCOMPLETE);
        assertThat(StreamFraming.next(buffer, 0, 7)).isEqualTo(32);
        assertThat(StreamFraming.next(buffer, 0, 8)).isEqualTo(StreamFraming.BROKEN);
    }
}
