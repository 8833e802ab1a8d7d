package dev.isthmus.turn.support;

import dev.isthmus.ice.net.TransportAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A UDP socket of a test on loopback. */
public final class TurnSocket implements AutoCloseable {
    private final DatagramSocket socket;
    private final DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);

    public TurnSocket() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        socket.setReceiveBufferSize(4 << 20);
    }

    public TransportAddress local() {
        return Objects.requireNonNull(TransportAddress.parse("127.0.0.1", socket.getLocalPort()));
    }

    public void send(TransportAddress to, byte[] bytes) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(InetAddress.getByAddress(to.bytes()), to.port())));
    }

    /** Returns the next datagram's bytes, or null after so many milliseconds, at least one. */
    public byte @Nullable [] receive(int millis) throws IOException {
        try {
            socket.setSoTimeout(Math.max(1, millis));
            packet.setLength(2048);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        } catch (SocketTimeoutException e) {
            return null;
        }
    }

    /** Returns where the datagram came from that was received last. */
    public TransportAddress from() {
        return TransportAddress.of(packet.getAddress().getAddress(), packet.getPort());
    }

    /** Returns a dialog with a server over this socket; answers are waited for five seconds, other packets are skipped. */
    public TurnDialog dialog(TransportAddress server, String username, String password) {
        return new TurnDialog(request -> {
            send(server, request);
            for (byte[] answer = receive(5000); answer != null; answer = receive(5000)) {
                if (answer.length >= 20 && Arrays.equals(answer, 8, 20, request, 8, 20)) {
                    return answer;
                }
            }
            return null;
        }, username, password);
    }

    @Override
    public void close() {
        socket.close();
    }
}
