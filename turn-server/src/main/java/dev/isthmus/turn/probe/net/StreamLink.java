package dev.isthmus.turn.probe.net;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.StreamFraming;
import dev.isthmus.turn.probe.Network;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A TCP or TLS connection: of messages, or of bytes. */
final class StreamLink implements Network.Link, Network.Stream {
    private static final int HEAD = 4;
    private final Socket socket;
    private final InputStream in;
    private byte[] kept = {};

    StreamLink(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        socket.setTcpNoDelay(true);
    }

    @Override
    public void send(byte[] message) throws IOException {
        raw(Arrays.copyOf(message, message.length + 3 & ~3));
    }

    @Override
    public void raw(byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
        } catch (SocketException e) {
            throw new IOException("the connection is closed", e);
        }
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        raw(bytes);
    }

    /** Reads until there are so many bytes, the time is over or the connection has ended; false when there are fewer. */
    private boolean fill(int count, long millis) throws IOException {
        while (kept.length < count) {
            byte[] room = new byte[count - kept.length];
            socket.setSoTimeout((int) Math.max(1, millis));
            int read;
            try {
                read = in.read(room);
            } catch (SocketTimeoutException | SocketException e) {
                return false;
            }
            if (read < 0) {
                return false;
            }
            int before = kept.length;
            kept = Arrays.copyOf(kept, before + read);
            System.arraycopy(room, 0, kept, before, read);
        }
        return true;
    }

    private byte[] take(int count) {
        byte[] taken = Arrays.copyOf(kept, count);
        kept = Arrays.copyOfRange(kept, count, kept.length);
        return taken;
    }

    @Override
    public byte @Nullable [] receive(long millis) throws IOException {
        if (!fill(HEAD, millis)) {
            return null;
        }
        int length = StreamFraming.next(ByteBuffer.wrap(kept), 0, HEAD);
        return length > 0 && fill(length, millis) ? take(length) : null;
    }

    @Override
    public byte[] read(int count, long millis) throws IOException {
        fill(count, millis);
        return take(Math.min(count, kept.length));
    }

    @Override
    public boolean ended(long millis) throws IOException {
        socket.setSoTimeout((int) millis);
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true; // reset
        }
    }

    @Override
    public TransportAddress local() {
        return Sockets.address(socket.getLocalAddress(), socket.getLocalPort());
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
