package dev.isthmus.gateway.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever chunks a peer sends: an association that is there stands them or ends, keeps within its bounds, and what it sends is well-formed. */
class SctpFuzz {
    private static final int MOST = 1400;

    /** What two of them have said to each other, without the headers of packets. */
    static Stream<Arguments> seeds() {
        SctpBench bench = new SctpBench();
        int[] count = new int[1];
        bench.fate = (fromA, packet) -> count[0]++ % 5 == 4 ? -1 : SctpBench.MILLI;
        bench.connect();
        SendOptions once = new SendOptions(true, -1, 0);
        for (int i = 0; i < 20; i++) {
            bench.a.send(i % 3, new byte[1 + 100 * i], i % 2 == 0 ? once : SendOptions.RELIABLE);
        }
        bench.a.association.reset(1);
        bench.pass(5 * SctpBench.SECOND);
        bench.a.association.shutdown(bench.now);
        bench.pass(5 * SctpBench.SECOND);
        List<Arguments> seeds = new ArrayList<>();
        for (byte[] each : bench.a.sent) {
            seeds.add(Arguments
                    .arguments((Object) Reassembly.copy(ByteBuffer.wrap(each), Chunk.PACKET_HEADER, each.length - Chunk.PACKET_HEADER)));
        }
        return seeds.stream();
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void standsWhateverComes(byte[] bytes) {
        SctpBench bench = new SctpBench().connect();
        bench.a.send(1, new byte[5000]);
        SctpBench.Side b = bench.b;
        int given = 0;
        for (int from = 0; from < bytes.length && given < 20; given++) {
            int length = Math.min(bytes.length - from, MOST) + 3 & ~3;
            ByteBuffer packet = ByteBuffer.allocate(Chunk.PACKET_HEADER + length);
            packet.putInt(5000 << 16 | 5000).putInt(b.association.ourTag).putInt(0);
            packet.put(bytes, from, Math.min(bytes.length - from, length));
            from += length;
            b.give(packet.array());
            bench.pass(100 * SctpBench.MILLI);
        }
        bench.pass(3 * SctpBench.SECOND);
        assertThat(b.association.reassembly.held()).isBetween(0L, 5L << 20);
        assertThat(b.association.flight.bytes()).isNotNegative();
        for (byte[] each : b.sent) {
            assertThat(each.length).isLessThanOrEqualTo(SctpAssociation.Setup.USUAL_PACKET);
            assertThat(Chunk.fill(ByteBuffer.wrap(each), Chunk.PACKET_HEADER, each.length)).isTrue();
        }
    }
}
