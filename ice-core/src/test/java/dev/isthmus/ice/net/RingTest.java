package dev.isthmus.ice.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The hand-over between two loops. */
class RingTest {
    private final Ring ring = new Ring();
    private final AddressKey key = new AddressKey();

    private boolean offer(DatagramHandler target, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        bytes.put(0, (byte) length);
        return ring.offer(target, key, bytes, 0, length);
    }

    @Test
    void whatIsOfferedComesInItsOrderAndAFullRingRefuses() {
        List<Integer> came = new ArrayList<>();
        DatagramHandler taker = (datagram, now) -> came.add((int) datagram.buffer().get(datagram.offset()));
        for (int i = 0; i < Ring.SLOTS; i++) {
            assertThat(offer(taker, i % 100 + 1)).isTrue();
        }
        assertThat(offer(taker, 1)).isFalse();
        assertThat(ring.drain(0)).isEqualTo(Ring.SLOTS);
        assertThat(came).hasSize(Ring.SLOTS).startsWith(1, 2, 3);
    }

    /** A receiver may move limit and position of the buffer that it is handed while the other loop goes on offering. */
    @Test
    void aReceiverDoesNotDisturbTheProducer() {
        List<Boolean> offered = new ArrayList<>();
        DatagramHandler rude = (datagram, now) -> {
            datagram.buffer().limit(datagram.offset() + 1).position(1);
            offered.add(offer((d, n) -> {}, 1000));
            datagram.buffer().clear();
        };
        offer(rude, 10);
        assertThat(ring.drain(0)).isEqualTo(1);
        assertThat(offered).containsExactly(true);
    }
}
