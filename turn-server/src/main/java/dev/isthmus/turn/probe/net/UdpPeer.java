package dev.isthmus.turn.probe.net;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.probe.Network;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A peer's UDP socket. */
final class UdpPeer implements Network.Peer {
    private static final int LARGEST = 65_535;
    private final DatagramSocket socket;
    private final byte[] room = new byte[LARGEST];

    UdpPeer(InetAddress host) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(host, 0));
    }

    @Override
    public TransportAddress local() {
        return Sockets.address(socket.getLocalAddress(), socket.getLocalPort());
    }

    @Override
    public void send(TransportAddress to, byte[] bytes) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, Sockets.address(to)));
    }

    @Override
    public Network.@Nullable Packet receive(long millis) throws IOException {
        DatagramPacket packet = new DatagramPacket(room, room.length);
        socket.setSoTimeout((int) Math.max(1, millis));
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            return null;
        }
        return new Network.Packet(Sockets.address(packet.getAddress(), packet.getPort()), Arrays.copyOf(room, packet.getLength()));
    }

    @Override
    public void close() {
        socket.close();
    }
}
