package dev.isthmus.ice.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Trains through the real kernel: how output becomes them, how input comes apart again. */
class TrainsTest {
    private static final TransportAddress LOOPBACK = TransportAddress.ipv4(0x7F000001, 0);
    private final LoopGroup group = new LoopGroup("test", 1);
    private final Loop loop = group.loop(0);

    @AfterEach
    void close() {
        group.close();
    }

    /** A datagram as it was read: its first byte, its length, whether it followed another of its train, and its sender. */
    private record Seen(int first, int length, boolean follows, TransportAddress from) {}

    /** A port that keeps what it reads. */
    private final class Reader {
        final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
        final UdpPort port;

        Reader(TransportAddress address, boolean trains) {
            port = loop.submit(() -> UdpPort.bind(loop, address, new UdpPort.Options(false, 4 << 20, 1 << 20, trains),
                    (d, now) -> seen
                            .add(new Seen(d.length() == 0 ? -1 : d.buffer().get(d.offset()), d.length(), d.follows(), d.key().remote()))))
                    .join();
        }

        List<Seen> take(int count) throws InterruptedException {
            List<Seen> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(Objects.requireNonNull(seen.poll(5, TimeUnit.SECONDS), "only " + all));
            }
            return all;
        }
    }

    private static ByteBuffer bytes(int first, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        return length == 0 ? bytes : bytes.put(0, (byte) first);
    }

    /** Sends datagrams of these lengths in one turn to each reader in turn; the first byte counts up. */
    private void send(UdpPort from, List<Reader> to, int... lengths) {
        loop.submit(() -> {
            for (int i = 0; i < lengths.length; i++) {
                for (Reader reader : to) {
                    TransportAddress local = from.local();
                    from.send(AddressKey.of(local, reader.port.local()), bytes(i, lengths[i]), 0, lengths[i]);
                }
            }
            return true;
        }).join();
    }

    private long count(NetReason reason) {
        return loop.submit(() -> loop.counters().get(reason)).join();
    }

    private static int[] same(int count, int length) {
        return IntStream.range(0, count).map(i -> length).toArray();
    }

    @Test
    void aTurnsDatagramsOfOneWayCrossAsOneTrainAndComeApartInOrder() throws Exception {
        Reader sender = new Reader(LOOPBACK, true);
        Reader receiver = new Reader(LOOPBACK, true);
        send(sender.port, List.of(receiver), same(20, 1100));
        List<Seen> seen = receiver.take(20);
        assertThat(seen).extracting(Seen::first).containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
        assertThat(seen).allSatisfy(s -> assertThat(s.length()).isEqualTo(1100));
        assertThat(seen.stream().filter(Seen::follows)).hasSize(19);
        assertThat(count(NetReason.TRAINS_OUT)).isOne();
        assertThat(count(NetReason.TRAINS_IN)).isOne();
        assertThat(count(NetReason.DATAGRAMS_OUT)).isEqualTo(20);
        assertThat(count(NetReason.DATAGRAMS_IN)).isEqualTo(20);
    }

    @Test
    void interleavedWaysBecomeATrainEach() throws Exception {
        Reader sender = new Reader(LOOPBACK, true);
        List<Reader> receivers = List.of(new Reader(LOOPBACK, false), new Reader(LOOPBACK, true), new Reader(LOOPBACK, false));
        send(sender.port, receivers, same(16, 172));
        for (Reader receiver : receivers) {
            assertThat(receiver.take(16)).extracting(Seen::first).containsExactlyElementsOf(IntStream.range(0, 16).boxed().toList());
        }
        assertThat(count(NetReason.TRAINS_SPLIT)).isZero();
        assertThat(count(NetReason.TRAINS_OUT)).isEqualTo(3);
    }

    /** Their hashes differ and share their low bits: each still finds its own train. */
    @Test
    void waysWhoseHashesMeetBecomeATrainEach() throws Exception {
        Reader sender = new Reader(LOOPBACK, true);
        Map<Long, Reader> byPlace = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            Reader reader = new Reader(LOOPBACK, false);
            AddressKey key = AddressKey.of(sender.port.local(), reader.port.local());
            Reader other = byPlace.put(key.hash() * 31 + sender.port.descriptor() & 255, reader);
            if (other != null) {
                send(sender.port, List.of(reader, other), same(16, 172));
                reader.take(16);
                other.take(16);
                assertThat(count(NetReason.TRAINS_OUT)).isEqualTo(2);
                return;
            }
        }
        throw new AssertionError("300 ways and 256 places");
    }

    @Test
    void aShorterDatagramEndsATrainAndALongerOneBeginsTheNext() throws Exception {
        Reader sender = new Reader(LOOPBACK, true);
        Reader receiver = new Reader(LOOPBACK, false);
        int[] lengths = {500, 500, 100, 100, 600, 600, 0, 600, 1};
        send(sender.port, List.of(receiver), lengths);
        List<Seen> seen = new ArrayList<>(receiver.take(lengths.length));
        assertThat(seen).extracting(Seen::length).containsExactlyElementsOf(IntStream.of(lengths).boxed().toList());
    }

    @Test
    void aTrainIsNeverLongerThanTheKernelTakes() throws Exception {
        Reader sender = new Reader(LOOPBACK, true);
        Reader receiver = new Reader(LOOPBACK, true);
        send(sender.port, List.of(receiver), same(200, 20));
        send(sender.port, List.of(receiver), same(100, 2000));
        assertThat(receiver.take(300).stream().filter(s -> s.length() == 2000)).hasSize(100);
        assertThat(count(NetReason.TRAINS_SPLIT) + count(NetReason.SEND_ERROR)).isZero();
    }

    @Test
    void aDatagramLongerThanWePassOnIsDroppedAlsoWhereTrainsMayCome() throws Exception {
        Reader receiver = new Reader(LOOPBACK, true);
        try (DatagramSocket socket = new DatagramSocket()) {
            InetAddress host = InetAddress.getByName("127.0.0.1");
            socket.send(new DatagramPacket(new byte[5000], 5000, host, receiver.port.local().port()));
            socket.send(new DatagramPacket(new byte[2048], 2048, host, receiver.port.local().port()));
        }
        assertThat(receiver.take(1)).extracting(Seen::length).containsExactly(2048);
        assertThat(count(NetReason.RECEIVE_TRUNCATED)).isOne();
    }

    @Test
    void aPortWithoutTrainsSendsOneByOne() throws Exception {
        Reader sender = new Reader(LOOPBACK, false);
        Reader receiver = new Reader(LOOPBACK, true);
        send(sender.port, List.of(receiver), same(10, 300));
        assertThat(receiver.take(10)).noneMatch(Seen::follows);
        assertThat(count(NetReason.TRAINS_OUT)).isZero();
    }

    @Test
    void trainsFromAWildcardKeepTheirOwnSource() throws Exception {
        Reader sender = new Reader(TransportAddress.ipv4(0, 0), true);
        Reader receiver = new Reader(LOOPBACK, true);
        TransportAddress one = TransportAddress.ipv4(0x7F000002, sender.port.local().port());
        TransportAddress two = TransportAddress.ipv4(0x7F000003, sender.port.local().port());
        loop.submit(() -> {
            for (int i = 0; i < 4; i++) {
                sender.port.send(AddressKey.of(one, receiver.port.local()), bytes(i, 50), 0, 50);
                sender.port.send(AddressKey.of(two, receiver.port.local()), bytes(i, 50), 0, 50);
            }
            return true;
        }).join();
        List<Seen> seen = receiver.take(8);
        assertThat(seen.stream().filter(s -> s.from().equals(one))).hasSize(4);
        assertThat(seen.stream().filter(s -> s.from().equals(two))).hasSize(4);
        assertThat(count(NetReason.TRAINS_OUT)).isEqualTo(2);
    }
}
