package dev.isthmus.turn.probe.net;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.probe.Network;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A UDP socket that is connected to the server, so that an answer from anywhere else is none. */
final class UdpLink implements Network.Link {
    private static final int LARGEST = 65_535;
    private final DatagramSocket socket;
    private final byte[] room = new byte[LARGEST];

    UdpLink(InetSocketAddress server) throws IOException {
        socket = new DatagramSocket(null);
        socket.bind(null);
        socket.connect(server);
    }

    @Override
    public void send(byte[] message) throws IOException {
        socket.send(new DatagramPacket(message, message.length));
    }

    @Override
    public void raw(byte[] bytes) throws IOException {
        send(bytes);
    }

    @Override
    public byte @Nullable [] receive(long millis) throws IOException {
        DatagramPacket packet = new DatagramPacket(room, room.length);
        socket.setSoTimeout((int) Math.max(1, millis));
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException | PortUnreachableException e) {
            return null;
        }
        return Arrays.copyOf(room, packet.getLength());
    }

    @Override
    public boolean ended(long millis) {
        return false;
    }

    @Override
    public TransportAddress local() {
        return Sockets.address(socket.getLocalAddress(), socket.getLocalPort());
    }

    @Override
    public void close() {
        socket.close();
    }
}
