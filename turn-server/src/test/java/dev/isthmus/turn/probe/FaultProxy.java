package dev.isthmus.turn.probe;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A server with a fault: stands between clients and a sound server, as if it were that server, and knows the passwords. Each client has a way
 * of its own to the server, so that what belongs to a five-tuple stays together.
 */
final class FaultProxy implements AutoCloseable {
    /** What is wrong. Bytes that it returns go on; null goes nowhere. */
    interface Fault {
        /** Looks at what a client sends. */
        default byte @Nullable [] toServer(byte[] bytes, Flow flow) throws IOException {
            return bytes;
        }

        /** Looks at what the server sends. */
        default byte @Nullable [] toClient(byte[] bytes, Flow flow) throws IOException {
            return bytes;
        }
    }

    private static final int LARGEST = 65_535;
    private final DatagramSocket front;
    private final InetSocketAddress server;
    private final Map<String, String> passwords;
    private final Fault fault;
    private final Map<InetSocketAddress, Flow> flows = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    /** What a fault wants to remember over all clients. */
    final Map<String, byte[]> memory = new HashMap<>();

    /** The way of one client. */
    final class Flow {
        private final InetSocketAddress client;
        private final DatagramSocket back;
        private PasswordAlgorithm algorithm = PasswordAlgorithm.MD5;
        private String realm = "";
        byte[] nonce = {};
        /** What a fault wants to remember of this client. */
        final Map<String, byte[]> memory = new HashMap<>();
        private byte[] lastRequest = {};

        private Flow(InetSocketAddress client) throws IOException {
            this.client = client;
            this.back = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            back.connect(server);
            start(() -> pump(back, packet -> fromServer(bytes(packet))));
        }

        /** The key by which this client's messages are signed. */
        byte[] key(String user) {
            return algorithm.key(user, realm, passwords.getOrDefault(user, ""));
        }

        byte[] key() {
            return key("alice");
        }

        /** The request that the client sent last. */
        Editable asked() {
            return java.util.Objects.requireNonNull(Editable.of(lastRequest));
        }

        /** What all clients together have left. */
        Map<String, byte[]> common() {
            return FaultProxy.this.memory;
        }

        void answer(byte[] bytes) throws IOException {
            front.send(new DatagramPacket(bytes, bytes.length, client));
        }

        void ask(byte[] bytes) throws IOException {
            back.send(new DatagramPacket(bytes, bytes.length));
        }

        private void fromClient(byte[] bytes) throws IOException {
            Editable message = Editable.of(bytes);
            if (message != null && message.kind() == 0) {
                lastRequest = bytes;
                byte[] chosen = message.get(StunAttribute.PASSWORD_ALGORITHM);
                PasswordAlgorithm found = chosen == null ? null : PasswordAlgorithm.of(ByteBuffer.wrap(chosen).getShort(0));
                algorithm = found == null ? PasswordAlgorithm.MD5 : found;
            }
            byte[] out = fault.toServer(bytes, this);
            if (out != null) {
                ask(out);
            }
        }

        private void fromServer(byte[] bytes) throws IOException {
            Editable message = Editable.of(bytes);
            byte[] sound = bytes;
            if (message != null) {
                byte[] said = message.get(StunAttribute.REALM);
                byte[] fresh = message.get(StunAttribute.NONCE);
                realm = said == null ? realm : new String(said, StandardCharsets.UTF_8);
                nonce = fresh == null ? nonce : fresh;
                if (message.has(StunAttribute.XOR_MAPPED_ADDRESS)) { // the client is to see its own address
                    sound = message.address(StunAttribute.XOR_MAPPED_ADDRESS,
                            TransportAddress.of(client.getAddress().getAddress(), client.getPort())).bytes(key());
                }
            }
            byte[] out = fault.toClient(sound, this);
            if (out != null) {
                answer(out);
            }
        }
    }

    FaultProxy(int serverPort, Map<String, String> passwords, Fault fault) throws IOException {
        this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
        this.passwords = passwords;
        this.fault = fault;
        this.front = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        start(() -> pump(front, packet -> {
            InetSocketAddress client = (InetSocketAddress) packet.getSocketAddress();
            Flow flow = flows.get(client);
            if (flow == null) {
                flow = new Flow(client);
                flows.put(client, flow);
            }
            flow.fromClient(bytes(packet));
        }));
    }

    TransportAddress address() {
        return TransportAddress.of(front.getLocalAddress().getAddress(), front.getLocalPort());
    }

    private static byte[] bytes(DatagramPacket packet) {
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private interface Taker {
        void take(DatagramPacket packet) throws IOException;
    }

    private void start(Runnable pump) {
        Thread thread = Thread.ofPlatform().daemon().start(pump);
        synchronized (threads) {
            threads.add(thread);
        }
    }

    private void pump(DatagramSocket socket, Taker taker) {
        byte[] room = new byte[LARGEST];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(room, room.length);
            try {
                socket.receive(packet);
                synchronized (this) {
                    taker.take(packet);
                }
            } catch (SocketException e) {
                continue; // closed, or an error about an earlier packet
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        front.close();
        flows.values().forEach(f -> f.back.close());
    }
}
