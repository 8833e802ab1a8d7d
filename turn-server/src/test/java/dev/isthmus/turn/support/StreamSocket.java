package dev.isthmus.turn.support;

import dev.isthmus.ice.turn.StreamFraming;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A TURN client's TCP or TLS connection to a server on 127.0.0.1. */
public final class StreamSocket implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5000;
    private final Socket socket;
    private final DataInputStream in;
    private int piece = Integer.MAX_VALUE;
    private int skipped;

    private StreamSocket(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    public static StreamSocket tcp(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
        return new StreamSocket(socket);
    }

    /** Connects with one version of TLS, offering the protocol "stun.turn", and trusts that certificate only. */
    public static StreamSocket tls(int port, Certificate trusted, String version) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(trusted.certificate())) {
            store.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[]{version});
        parameters.setApplicationProtocols(new String[]{"stun.turn"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new StreamSocket(socket);
    }

    /** Writes every message in pieces of that many bytes. */
    public StreamSocket inPiecesOf(int bytes) {
        piece = bytes;
        return this;
    }

    /** Returns the TLS version and the application protocol that was agreed on. */
    public String protocol() {
        SSLSocket tls = (SSLSocket) socket;
        return tls.getSession().getProtocol() + " " + tls.getApplicationProtocol();
    }

    public TurnDialog dialog(String user, String password) {
        return new TurnDialog(request -> {
            send(request, piece);
            byte[] answer = receive();
            while (answer != null && answer[0] >= 0x40) {
                skipped++;
                answer = receive();
            }
            return answer;
        }, user, password);
    }

    /** Returns how much ChannelData came while a dialog waited for its answer. */
    public int skipped() {
        return skipped;
    }

    /** Writes bytes as they are. */
    public void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Writes a message, padded to four bytes, in pieces of so many bytes. */
    public void send(byte[] message, int bytes) throws IOException {
        byte[] padded = Arrays.copyOf(message, message.length + 3 & ~3);
        for (int at = 0; at < padded.length; at += Math.min(bytes, piece)) {
            socket.getOutputStream().write(padded, at, Math.min(Math.min(bytes, piece), padded.length - at));
        }
    }

    /** Returns the next message without its padding, or null when the connection has ended. */
    public byte @Nullable [] receive() throws IOException {
        byte[] head = in.readNBytes(4);
        if (head.length < 4) {
            return null;
        }
        int length = StreamFraming.next(ByteBuffer.wrap(head), 0, 4);
        byte[] message = Arrays.copyOf(head, length);
        in.readFully(message, 4, length - 4);
        return head[0] < 0x40 ? message : Arrays.copyOf(message, 4 + (ByteBuffer.wrap(head).getShort(2) & 0xffff));
    }

    /** Waits for the other side to close and returns whether it did. */
    public boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true; // reset
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
