package dev.isthmus.ice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.turn.StreamFraming;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages are found in a stream in the same places, however few bytes come at a time. */
class StreamFramingFuzz {
    @MethodSource("dev.isthmus.ice.fuzz.Seeds#stream")
    @FuzzTest(maxDuration = "60s")
    void cutsInTheSamePlaces(byte[] bytes) {
        ByteBuffer stream = ByteBuffer.wrap(bytes);
        List<Integer> whole = new ArrayList<>();
        int at = 0;
        int length = StreamFraming.next(stream, 0, bytes.length);
        while (length > 0) {
            whole.add(length);
            at += length;
            length = at > bytes.length ? StreamFraming.INCOMPLETE : StreamFraming.next(stream, at, bytes.length - at);
        }
        assertThat(byteByByte(stream, bytes.length)).isEqualTo(whole);
    }

    private static List<Integer> byteByByte(ByteBuffer stream, int end) {
        List<Integer> found = new ArrayList<>();
        int at = 0;
        for (int known = 1; known <= end && at < known; known++) {
            int length = StreamFraming.next(stream, at, known - at);
            if (length == StreamFraming.BROKEN) {
                return found;
            }
            boolean sure = known - at >= 8 || known == end; // by then the cookie has been seen
            if (length > 0 && (sure || stream.get(at) >= 0x40)) {
                found.add(length);
                at += length;
                known = Math.max(known, at);
            }
        }
        return found;
    }
}
