package dev.isthmus.turn.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.dtls.bc.PemIdentity;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.Certificate;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DTLS associations that come to nothing: each ends, and is counted by a name that says why. */
class DtlsClientsTest {
    private static final int HEADERS = 13 + 12;
    private static final int COOKIE_AT = HEADERS + 3;
    private static final int COOKIE_BYTES = 16;
    private final StreamBench bench = new StreamBench(new ConnectionLimits(9, 9, 4, 3, 65_536));
    private final List<DatagramSocket> sockets = new ArrayList<>();
    @TempDir
    private Path folder;
    private int port;

    @AfterEach
    void close() throws Exception {
        sockets.forEach(DatagramSocket::close);
        bench.close();
    }

    private DatagramSocket client() throws Exception {
        if (port == 0) {
            Certificate made = Certificate.make(folder);
            PemIdentity identity = PemIdentity.parse(Files.readString(made.certificate()), Files.readString(made.key()));
            TransportAddress any = StreamBench.address("127.0.0.1:0");
            port = bench.on(() -> bench.turn.listen(new DatagramSetup(any, identity, false), any, UdpPort.Options.DEFAULT)).port();
        }
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.connect(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(5000);
        sockets.add(socket);
        return socket;
    }

    private static void send(DatagramSocket socket, byte[] bytes) throws Exception {
        socket.send(new DatagramPacket(bytes, bytes.length));
    }

    /** A ClientHello's first bytes: its message is so long, and this much of it is here. */
    private static byte[] hello(byte[] cookie, int total) {
        int here = 2 + 32 + 1 + 1 + cookie.length + 6;
        int whole = Math.max(total, here);
        ByteBuffer b = ByteBuffer.allocate(HEADERS + here);
        b.put((byte) 22).putShort((short) 0xFEFD).putShort((short) 0).putShort((short) 0).putInt(0).putShort((short) (12 + here));
        b.put((byte) 1).put((byte) 0).putShort((short) whole).putShort((short) 0).put(new byte[3]).put((byte) 0).putShort((short) here);
        return b.putShort((short) 0xFEFD).put(new byte[32]).put((byte) 0).put((byte) cookie.length).put(cookie).put(new byte[6]).array();
    }

    /** Asks for a cookie and shows it. */
    private DatagramSocket begin(int total) throws Exception {
        DatagramSocket socket = client();
        send(socket, hello(new byte[0], total));
        DatagramPacket request = new DatagramPacket(new byte[200], 200);
        socket.receive(request);
        send(socket, hello(Arrays.copyOfRange(request.getData(), COOKIE_AT, COOKIE_AT + COOKIE_BYTES), total));
        return socket;
    }

    private void await(TurnReason reason, long count) {
        Awaitility.await().untilAsserted(() -> assertThat(bench.on(() -> bench.count(reason))).isEqualTo(count));
    }

    @Test
    void whatIsNoDtls() throws Exception {
        send(client(), new byte[]{0, 1, 0, 0, 0x21, 0x12, (byte) 0xA4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        await(TurnReason.NOT_DTLS, 1);
    }

    @Test
    void aHelloThatIsTooLong() throws Exception {
        begin(16_000);
        await(TurnReason.DTLS_HELLO_TOO_LONG, 1);
    }

    @Test
    void aHelloThatMeansNothing() throws Exception {
        begin(0);
        await(TurnReason.DTLS_FAILED, 1);
    }

    /** Half a hello each: as many as the limit allows, then none; all are closed when their time is over. */
    @Test
    void handshakesThatStop() throws Exception {
        for (int i = 0; i < 4; i++) {
            begin(200);
        }
        await(TurnReason.TOO_MANY_HANDSHAKES_OF_ADDRESS, 1);
        await(TurnReason.DTLS_BEGUN, 3);
        bench.on(() -> {
            bench.loop.wheel().advance(bench.loop.nowNanos() + TimeUnit.SECONDS.toNanos(16));
            return true;
        });
        await(TurnReason.DTLS_IDLE, 3);
        begin(200);
        await(TurnReason.DTLS_BEGUN, 4);
    }
}
