package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.Certificate;
import dev.isthmus.turn.support.Metrics;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnProcess;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many clients at once, against the daemon in a process and on addresses of its own. */
class CapacityIT {
    private static final int ALLOCATIONS = 15_000;
    private static final int CONNECTIONS = 10_000;
    private static final int HELLOS = 100_000;

    private final List<AutoCloseable> sockets = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : sockets) {
            each.close();
        }
    }

    private static long descriptors(TurnProcess server) throws Exception {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(server.command().pid()), "fd"))) {
            return open.count();
        }
    }

    private static TurnProcess start(int metrics, String listeners, String... more) throws Exception {
        List<String> settings = new ArrayList<>(List.of("isthmus.turn.auth.users={alice=secret}", "isthmus.turn.http.port=" + metrics,
                "isthmus.turn.relay.addresses=[\"127.0.0.3\", \"127.0.0.4\"]", "isthmus.turn.limits.user-allocations=1000000"));
        settings.addAll(List.of(more));
        return TurnProcess.startOn(listeners, settings.toArray(String[]::new));
    }

    private record Held(DatagramSocket socket, TurnDialog dialog) {}

    private Held allocate(int port, Set<TransportAddress> relayed) throws Exception {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0));
        sockets.add(socket);
        socket.connect(InetAddress.getByName("127.0.0.1"), port);
        socket.setSoTimeout(5000);
        TurnDialog dialog = new TurnDialog(request -> {
            socket.send(new DatagramPacket(request, request.length));
            DatagramPacket packet = new DatagramPacket(new byte[600], 600);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }, "alice", "secret");
        assertThat(dialog.allocate()).isZero();
        assertThat(relayed.add(dialog.relayed())).as("every relayed address is another").isTrue();
        return new Held(socket, dialog);
    }

    @Test
    void fifteenThousandAllocationsAtOnce() throws Exception {
        int metrics = Ports.free(1);
        try (TurnProcess server = start(metrics, "{transport=udp,address=\"127.0.0.1\",port=0}", "isthmus.turn.loops=2",
                "isthmus.turn.relay.ports=\"50000-59999\"")) { // on two addresses, half of them for each loop
            long before = descriptors(server);
            Metrics count = new Metrics(metrics);
            for (int round = 1; round <= 2; round++) { // ports that leaked would be missing the second time
                List<Held> held = new ArrayList<>();
                Set<TransportAddress> relayed = new HashSet<>();
                for (int i = 0; i < ALLOCATIONS; i++) {
                    held.add(allocate(server.port(), relayed));
                }
                assertThat(count.of("isthmus_turn_allocations")).isEqualTo(ALLOCATIONS);
                assertThat(descriptors(server)).isGreaterThanOrEqualTo(before + ALLOCATIONS);
                for (Held each : held) {
                    assertThat(each.dialog().refresh(0)).isZero();
                    each.socket().close();
                }
                assertThat(count.of("isthmus_turn_allocations")).isZero();
                assertThat(count.of(TurnReason.RELEASED)).isEqualTo(round * ALLOCATIONS);
                assertThat(descriptors(server)).as("no descriptor is left").isLessThanOrEqualTo(before + 4);
            }
        }
    }

    private void halfOpen(Path folder, Predicate<Socket> speak, TurnReason closed) throws Exception {
        int metrics = Ports.free(1);
        String tls = Certificate.make(folder).settings();
        try (TurnProcess server = start(metrics, "{transport=tcp,address=\"127.0.0.1\",port=0," + tls + "}", "isthmus.turn.loops=2",
                "isthmus.turn.limits.connections=20000", "isthmus.turn.limits.connections-per-address=20000",
                "isthmus.turn.limits.handshakes=20000", "isthmus.turn.limits.handshakes-per-address=20000")) {
            long before = descriptors(server);
            Metrics count = new Metrics(metrics);
            int port = server.port("tcp", "127.0.0.1");
            for (int i = 0; i < CONNECTIONS; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
                assertThat(speak.test(socket)).isTrue();
            }
            Awaitility.await().untilAsserted(() -> assertThat(count.of(TurnReason.CONNECTED)).isEqualTo(CONNECTIONS));
            assertThat(count.of("isthmus_heap_used_bytes")).isLessThan(800L << 20);
            // They are closed when their time is over, and others are served meanwhile.
            Awaitility.await().atMost(java.time.Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(descriptors(server)).isLessThanOrEqualTo(before + 8));
            assertThat(count.of(closed)).isGreaterThanOrEqualTo(CONNECTIONS * 9 / 10);
            assertThat(server.command().output()).doesNotContain("Exception");
        }
    }

    /** TCP connections that say nothing. */
    @Test
    void tenThousandSilentConnections(@TempDir Path folder) throws Exception {
        halfOpen(folder, socket -> true, TurnReason.STREAM_IDLE);
    }

    /** TLS handshakes that stop after the first byte of the ClientHello. */
    @Test
    void tenThousandHalfOpenHandshakes(@TempDir Path folder) throws Exception {
        halfOpen(folder, socket -> {
            try {
                socket.getOutputStream().write(new byte[]{22, 3, 1});
                return true;
            } catch (java.io.IOException e) {
                return false;
            }
        }, TurnReason.TLS_FAILED);
    }

    /** ClientHellos of DTLS without a cookie, with a wrong one, in fragments that never become whole: nothing is begun. */
    @Test
    void aFloodOfHellosLeavesNothing(@TempDir Path folder) throws Exception {
        int metrics = Ports.free(1);
        String tls = Certificate.make(folder).settings();
        try (TurnProcess server = start(metrics, "{transport=dtls,address=\"127.0.0.1\",port=0," + tls + "}");
                DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0))) {
            socket.connect(InetAddress.getByName("127.0.0.1"), server.port());
            socket.setSoTimeout(5000);
            Random dice = new Random(11);
            Metrics count = new Metrics(metrics);
            for (int i = 0; i < HELLOS; i++) {
                byte[] hello = hello(dice, i % 3);
                socket.send(new DatagramPacket(hello, hello.length));
                if (i % 64 == 63) { // as fast as the server takes them
                    byte[] fence = hello(dice, 0);
                    socket.send(new DatagramPacket(fence, fence.length));
                    drain(socket);
                }
            }
            assertThat(count.of(TurnReason.DTLS_COOKIE_ASKED)).isGreaterThan(HELLOS / 3);
            assertThat(count.of(TurnReason.DTLS_STRANGE)).as("later fragments of nobody").isGreaterThan(HELLOS / 6);
            assertThat(count.of(TurnReason.DTLS_BEGUN)).isZero();
            assertThat(count.of("isthmus_turn_dtls_handshakes_started_total")).isZero();
            assertThat(server.command().output()).doesNotContain("Exception");
        }
    }

    private static void drain(DatagramSocket socket) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[200], 200);
        socket.setSoTimeout(5000);
        socket.receive(packet);
        assertThat(packet.getLength()).isEqualTo(44);
        socket.setSoTimeout(1);
        try {
            while (true) {
                socket.receive(packet);
            }
        } catch (java.net.SocketTimeoutException e) {
            return; // nothing more lies there
        }
    }

    private static byte[] hello(Random dice, int kind) {
        byte[] cookie = new byte[kind == 1 ? 16 : 0];
        dice.nextBytes(cookie);
        byte[] random = new byte[32];
        dice.nextBytes(random);
        int length = 2 + 32 + 1 + 1 + cookie.length + 6;
        ByteBuffer b = ByteBuffer.allocate(25 + length);
        b.put((byte) 22).putShort((short) 0xFEFD).putShort((short) 0).putShort((short) 0).putInt(0).putShort((short) (12 + length));
        b.put((byte) 1).put((byte) 0).putShort((short) (length + 200)).putShort((short) 0).put((byte) 0)
                .putShort((short) (kind == 2 ? 100 : 0))
                .put((byte) 0).putShort((short) length);
        return b.putShort((short) 0xFEFD).put(random).put((byte) 0).put((byte) cookie.length).put(cookie).put(new byte[6]).array();
    }
}
