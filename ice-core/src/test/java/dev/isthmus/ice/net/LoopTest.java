package dev.isthmus.ice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.isthmus.ice.time.Deadline;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops, ports and rings with real sockets on loopback. */
class LoopTest {
    private static final TransportAddress LOOPBACK = TransportAddress.ipv4(0x7F000001, 0);
    private final LoopGroup group = new LoopGroup("test", 2);
    private final Loop loop = group.loop(0);

    @AfterEach
    void close() {
        group.close();
    }

    private UdpPort echo(TransportAddress address) {
        return loop.submit(() -> {
            UdpPort[] port = new UdpPort[1];
            port[0] = UdpPort.bind(loop, address, UdpPort.Options.DEFAULT,
                    (d, now) -> port[0].send(d.key(), d.buffer(), d.offset(), d.length()));
            return port[0];
        }).join();
    }

    private static byte[] exchange(InetAddress to, int port, byte[] bytes, InetAddress expectedSource) throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, to)) {
            socket.setSoTimeout(5000);
            socket.send(new DatagramPacket(bytes, bytes.length, to, port));
            DatagramPacket answer = new DatagramPacket(new byte[3000], 3000);
            socket.receive(answer);
            assertThat(answer.getAddress()).isEqualTo(expectedSource);
            return java.util.Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }

    @Test
    void aPortEchoesOnIpv4() throws Exception {
        InetAddress host = InetAddress.getByName("127.0.0.1");
        byte[] sent = new byte[1400];
        sent[1399] = 9;
        assertThat(exchange(host, echo(LOOPBACK).local().port(), sent, host)).isEqualTo(sent);
    }

    @Test
    void aPortEchoesOnIpv6() throws Exception {
        InetAddress host = InetAddress.getByName("::1");
        assertThat(exchange(host, echo(TransportAddress.ipv6(0, 1, 0)).local().port(), new byte[]{1, 2}, host)).containsExactly(1, 2);
    }

    @Test
    void aWildcardPortAnswersFromTheAddressThatWasAsked() throws Exception {
        int port = echo(TransportAddress.ipv4(0, 0)).local().port();
        for (String address : List.of("127.0.0.1", "127.0.0.5")) {
            InetAddress host = InetAddress.getByName(address);
            assertThat(exchange(host, port, new byte[]{7}, host)).containsExactly(7);
        }
    }

    @Test
    void aPortInUseIsNamed() {
        UdpPort taken = echo(LOOPBACK);
        assertThatThrownBy(() -> loop.submit(() -> UdpPort.bind(loop, taken.local(), UdpPort.Options.DEFAULT, (d, now) -> {})).join())
                .hasMessageContaining("udp " + taken.local() + ": the port is in use");
    }

    @Test
    void anOverlongDatagramIsCountedAndDropped() throws Exception {
        UdpPort port = echo(LOOPBACK);
        InetAddress host = InetAddress.getByName("127.0.0.1");
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(new byte[5000], 5000, host, port.local().port()));
        }
        exchange(host, port.local().port(), new byte[1], host);
        assertThat(loop.counters().get(NetReason.RECEIVE_TRUNCATED)).isEqualTo(1);
    }

    @Test
    void aTimerFiresWithoutTraffic() throws Exception {
        CompletableFuture<Long> fired = new CompletableFuture<>();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(30);
        loop.execute(() -> loop.wheel().file(new Wheel.Entry(now -> {
            fired.complete(now);
            return Deadline.NONE;
        }), deadline));
        assertThat(fired.get(5, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(deadline);
    }

    @Test
    void packetsCrossLoopsInOrderAndWakeTheTarget() throws Exception {
        BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
        Loop target = group.loop(1);
        DatagramHandler handler = (d, now) -> {
            assertThat(target.inLoop()).isTrue();
            assertThat(d.key().remotePort()).isEqualTo(77);
            received.add(d.buffer().getInt(d.offset()));
        };
        AddressKey key = AddressKey.of(LOOPBACK, LOOPBACK.withPort(77));
        ByteBuffer bytes = ByteBuffer.allocate(4);
        for (int i = 0; i < 1000; i++) {
            int number = i;
            loop.submit(() -> {
                bytes.putInt(0, number);
                loop.handOver(target, handler, key, bytes, 0, 4);
                return true;
            }).join();
            assertThat(received.poll(5, TimeUnit.SECONDS)).isEqualTo(number);
        }
    }

    @Test
    void aLoopMayHandOverToItselfAndIsNotReEntered() throws Exception {
        List<String> order = new ArrayList<>();
        CompletableFuture<List<String>> done = new CompletableFuture<>();
        loop.execute(() -> {
            loop.handOver(loop, (d, now) -> {
                order.add("delivered");
                done.complete(order);
            }, new AddressKey(), ByteBuffer.allocate(1), 0, 1);
            order.add("returned");
        });
        assertThat(done.get(5, TimeUnit.SECONDS)).containsExactly("returned", "delivered");
    }

    @Test
    void aFullRingDropsAndCounts() {
        Loop target = group.loop(1);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        target.execute(gate::join);
        loop.submit(() -> {
            for (int i = 0; i < Ring.SLOTS + 10; i++) {
                loop.handOver(target, (d, now) -> {}, new AddressKey(), ByteBuffer.allocate(1), 0, 1);
            }
            return true;
        }).join();
        gate.complete(null);
        assertThat(loop.counters().get(NetReason.RING_FULL)).isEqualTo(10);
    }

    @Test
    void anOpenDescriptorIsTakenOver() throws Exception {
        UdpPort given = echo(LOOPBACK);
        // what socket activation hands over is a bound descriptor; here a duplicate of one of ours
        int descriptor = given.fd().intValue();
        assertThat(Descriptors.localAddress(descriptor)).isEqualTo(given.local());
        assertThat(Descriptors.datagramSockets(java.util.Map.of("LISTEN_PID", "1", "LISTEN_FDS", "1"), 2)).isEmpty();
    }

    /** Whoever waits for a task hears of anything that it throws. */
    @Test
    void aTaskThatFailsIsReported() {
        CompletableFuture<Object> submitted = loop.submit(() -> {
            throw new AssertionError("on purpose");
        });
        assertThatThrownBy(() -> submitted.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(AssertionError.class);
    }
}
