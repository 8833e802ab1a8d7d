package dev.isthmus.turn.probe.net;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.turn.probe.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The probes' way into the world: blocking sockets of the Java platform. */
public final class Sockets implements Network {
    /** What carries messages to the server. */
    public enum Carrier {
        UDP,
        TCP,
        TLS,
        DTLS
    }

    private static final int CONNECT_MILLIS = 5000;
    private final Carrier carrier;
    private final TransportAddress server;
    private final InetAddress peers;
    private final RandomSource random;
    private final Set<Integer> ports = new HashSet<>();

    /** Creates the way to a server, with peers on that host. */
    public Sockets(Carrier carrier, TransportAddress server, InetAddress peers, RandomSource random) {
        this.carrier = carrier;
        this.server = server;
        this.peers = peers;
        this.random = random;
    }

    static InetSocketAddress address(TransportAddress address) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(address.bytes()), address.port());
    }

    static TransportAddress address(InetAddress host, int port) {
        return TransportAddress.of(host.getAddress(), port);
    }

    @Override
    public Link open() throws IOException {
        return switch (carrier) {
            case UDP -> fresh();
            case DTLS -> new DtlsLink(fresh(), random);
            case TCP, TLS -> new StreamLink(connected());
        };
    }

    /** From a port that no client before has had: the server may remember what that one left there. */
    private UdpLink fresh() throws IOException {
        UdpLink link = new UdpLink(address(server));
        while (!ports.add(link.local().port())) {
            link.close();
            link = new UdpLink(address(server));
        }
        return link;
    }

    private Socket connected() throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(address(server), CONNECT_MILLIS);
        return carrier == Carrier.TLS ? encrypted(socket) : socket;
    }

    private Socket encrypted(Socket plain) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[]{new Anyone()}, null);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, server.host(), server.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[]{"stun.turn"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(CONNECT_MILLIS);
            socket.startHandshake();
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** A probe looks at the protocol; whose certificate it is, others check. */
    private static final class Anyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Override
    public Peer peer(boolean beside) throws IOException {
        return new UdpPeer(beside ? beside() : peers);
    }

    /** The next address, which loopback always has; elsewhere the machine may have it or not. */
    private InetAddress beside() throws IOException {
        byte[] bytes = peers.getAddress();
        bytes[bytes.length - 1]++;
        return InetAddress.getByAddress(bytes);
    }

    @Override
    public Listener listener() throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.bind(new InetSocketAddress(peers, 0));
        return new Listener() {
            @Override
            public TransportAddress local() {
                return address(socket.getInetAddress(), socket.getLocalPort());
            }

            @Override
            public @Nullable Stream accept(long millis) throws IOException {
                socket.setSoTimeout((int) millis);
                try {
                    return new StreamLink(socket.accept());
                } catch (SocketTimeoutException e) {
                    return null;
                }
            }

            @Override
            public void close() {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    @Override
    public @Nullable Stream connect(TransportAddress to) throws IOException {
        Socket socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(peers, 0));
            socket.connect(address(to), CONNECT_MILLIS);
            return new StreamLink(socket);
        } catch (SocketException | SocketTimeoutException e) {
            socket.close();
            return null;
        }
    }

    @Override
    public Stream bytes(Link link) {
        return (StreamLink) link;
    }

    @Override
    public boolean stream() {
        return carrier == Carrier.TCP || carrier == Carrier.TLS;
    }

    @Override
    public boolean udp() {
        return carrier == Carrier.UDP;
    }

    @Override
    public String name() {
        return carrier.name();
    }

    @Override
    public TransportAddress server() {
        return server;
    }
}
