package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.support.TurnDialog;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A million requests without proof, each from an address of its own, leave nothing behind. */
class InvalidFloodTest {
    private static final int SOURCES = 1_000_000;
    /** Of a heap that other tests have used before. */
    private static final long NOISE = 2 << 20;

    private final TurnBench bench = TurnBench.withUser();

    /** What lies about without being used counts for nothing. */
    private static long live() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void flood(List<byte[]> requests, int count) {
        AddressKey key = AddressKey.of(TurnBench.LISTENER, TurnBench.ALICE);
        List<Datagram> datagrams = requests.stream().map(bytes -> {
            ByteBuffer buffer = ByteBuffer.allocate(Datagram.HEADROOM + bytes.length).put(Datagram.HEADROOM, bytes);
            return new Datagram().wrap(buffer, Datagram.HEADROOM, bytes.length);
        }).toList();
        for (int i = 0; i < count; i++) {
            Datagram datagram = datagrams.get(i % datagrams.size());
            key.setRemote(TransportAddress.ipv4(0xC6000000 + i, 1024 + i % 60_000));
            datagram.key().set(key);
            bench.server.onClient(datagram, bench.now, bench.wall);
        }
    }

    @Test
    void theHeapStaysWhereItWas() throws Exception {
        TurnDialog guessing = bench.dialog(TurnBench.ALICE, "alice", "wrong");
        guessing.allocate();
        List<byte[]> requests = List.of(bench.alice().request(TurnAttribute.METHOD_ALLOCATE, w -> {}),
                guessing.request(TurnAttribute.METHOD_ALLOCATE, w -> {}), guessing.request(TurnAttribute.METHOD_REFRESH, w -> {}),
                TurnDialog.channelData(0x4000, new byte[20]), guessing.indication(TurnBench.PEER, new byte[20]), new byte[20]);
        flood(requests, 10_000);
        long before = live();
        flood(requests, SOURCES);
        long after = live();
        assertThat(bench.server.size()).isZero();
        assertThat(bench.server.pollCommand()).isNull();
        assertThat(after - before).isLessThan(NOISE);
        assertThat(bench.counters.get(TurnReason.CHALLENGED)).isGreaterThan(SOURCES / 6);
    }
}
