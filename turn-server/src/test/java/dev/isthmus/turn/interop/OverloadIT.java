package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnProcess;
import dev.isthmus.turn.support.TurnSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Overload: more comes in than can be relayed. The kernel drops what does not fit; requests still get through and nothing grows. */
class OverloadIT {
    private static final int CHANNEL = 0x4000;
    private static final int REFRESHES = 3;
    /** RFC 8489, section 6.2.1: seven requests in all, the waits doubling from 500 ms; here each wait is a quarter, which is harder. */
    private static final int SENDS = 7;
    private static final int FIRST_WAIT_MILLIS = 125;

    @Test
    void aRefreshIsAnsweredWithinItsRetransmissionsWhileDataFloods() throws Exception {
        try (TurnProcess turn = TurnProcess.start("isthmus.turn.loops=1", "isthmus.turn.auth.users.alice=secret",
                "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]");
                TurnSocket calm = new TurnSocket();
                TurnSocket unread = new TurnSocket();
                LoopGroup group = new LoopGroup("flood", 1)) {
            TransportAddress server = Objects.requireNonNull(TransportAddress.parse("127.0.0.1", turn.port()));
            AtomicInteger sends = new AtomicInteger();
            TurnDialog patient = new TurnDialog(request -> retransmitting(calm, server, request, sends), "alice", "secret");
            assertThat(patient.allocate()).isZero();
            Flood flood = new Flood(group.loop(0), server);
            flood.open(unread.local());
            long before = resident(turn);
            flood.run();
            try (Stutter stutter = new Stutter(turn)) {
                for (int i = 0; i < REFRESHES; i++) {
                    stutter.awaitDrops(kernelDrops(turn.port()));
                    sends.set(0);
                    assertThat(patient.refresh(600)).as("Refresh " + i + " after " + sends.get() + " sends").isZero();
                }
            }
            flood.stopped.set(true);
            assertThat(resident(turn) - before).as("resident bytes more than before").isLessThan(64 << 20);
            assertThat(patient.refresh(0)).isZero();
        }
    }

    private static byte[] retransmitting(TurnSocket socket, TransportAddress server, byte[] request, AtomicInteger sends)
            throws IOException {
        int wait = FIRST_WAIT_MILLIS;
        for (int i = 0; i < SENDS; i++, wait *= 2) {
            sends.incrementAndGet();
            socket.send(server, request);
            for (byte[] answer = socket.receive(wait); answer != null; answer = socket.receive(wait)) {
                if (answer.length >= 20 && Arrays.equals(answer, 8, 20, request, 8, 20)) {
                    return answer;
                }
            }
        }
        throw new AssertionError("no answer to " + SENDS + " sends");
    }

    private static long resident(TurnProcess turn) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + turn.command().pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new AssertionError("the daemon has ended: " + turn.command().output());
    }

    /** What the kernel dropped at the listener, by its own table. */
    private static long kernelDrops(int port) throws IOException {
        String local = String.format("0100007F:%04X", port);
        return Files.readAllLines(Path.of("/proc/net/udp")).stream().map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > 12 && fields[1].equals(local)).mapToLong(fields -> Long.parseLong(fields[12])).sum();
    }

    /** Takes the processor away from the daemon for a third of the time, so that there is too much on a machine of any speed. */
    private static final class Stutter implements AutoCloseable {
        private static final int STOPPED_MILLIS = 30;
        private static final int RUNNING_MILLIS = 60;
        private final CountDownLatch over = new CountDownLatch(1);
        private final TurnProcess turn;
        private final Thread thread;

        Stutter(TurnProcess turn) {
            this.turn = turn;
            this.thread = Thread.ofVirtual().start(this::run);
        }

        private void run() {
            try {
                do {
                    turn.command().signal("STOP");
                    boolean last = over.await(STOPPED_MILLIS, TimeUnit.MILLISECONDS);
                    turn.command().signal("CONT");
                    if (last) {
                        return;
                    }
                } while (!over.await(RUNNING_MILLIS, TimeUnit.MILLISECONDS));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        /** Waits until the kernel has dropped more than that. */
        void awaitDrops(long before) throws Exception {
            for (int i = 0; i < 1000; i++) {
                if (kernelDrops(turn.port()) > before) {
                    return;
                }
                assertThat(over.await(10, TimeUnit.MILLISECONDS)).isFalse();
            }
            throw new AssertionError("the flood is none");
        }

        @Override
        public void close() throws InterruptedException {
            over.countDown();
            thread.join();
        }
    }

    /** Clients that send to a peer, which does not read, as fast as one loop can. */
    private static final class Flood {
        private static final int CLIENTS = 20;
        private static final int BURST = 8;
        final AtomicBoolean stopped = new AtomicBoolean();
        private final Loop loop;
        private final TransportAddress server;
        private final List<UdpPort> ports = new ArrayList<>();
        private final ByteBuffer data = ByteBuffer.wrap(TurnDialog.channelData(CHANNEL, new byte[20]));
        private final AddressKey nowhere = new AddressKey();

        Flood(Loop loop, TransportAddress server) {
            this.loop = loop;
            this.server = server;
        }

        private UdpPort bind(DatagramHandler handler) {
            return loop.submit(() -> UdpPort.bind(loop, TransportAddress.ipv4(0x7F000001, 0), UdpPort.Options.DEFAULT,
                    handler)).join();
        }

        void open(TransportAddress peer) throws Exception {
            for (int i = 0; i < CLIENTS; i++) {
                BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
                UdpPort port = bind((d, now) -> {
                    byte[] copy = new byte[d.length()];
                    d.buffer().get(d.offset(), copy);
                    answers.add(copy);
                });
                TurnDialog dialog = new TurnDialog(request -> {
                    loop.execute(() -> port.send(AddressKey.of(port.local(), server), ByteBuffer.wrap(request), 0, request.length));
                    return answers.poll(5, TimeUnit.SECONDS);
                }, "alice", "secret");
                assertThat(dialog.allocate()).isZero();
                assertThat(dialog.bind(CHANNEL, peer)).isZero();
                ports.add(port);
            }
        }

        void run() {
            DatagramHandler[] rounds = new DatagramHandler[1];
            rounds[0] = (d, now) -> {
                for (UdpPort port : ports) {
                    AddressKey key = AddressKey.of(port.local(), server);
                    for (int i = 0; i < BURST; i++) {
                        port.send(key, data, 0, data.capacity());
                    }
                }
                if (!stopped.get()) {
                    loop.handOver(loop, rounds[0], nowhere, data, 0, 1);
                }
            };
            loop.execute(() -> loop.handOver(loop, rounds[0], nowhere, data, 0, 1));
        }
    }
}
