package dev.isthmus.turn.probe;

import dev.isthmus.ice.net.TransportAddress;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What probes reach the world with. Waiting is bounded by milliseconds of real time. */
public interface Network {
    /** The way to the server: UDP, TCP, TLS or DTLS. */
    interface Link extends AutoCloseable {
        /** Sends one message; on a stream it is padded to four bytes. */
        void send(byte[] message) throws IOException;

        /** Sends bytes as they are; only on a stream is that something else. */
        void raw(byte[] bytes) throws IOException;

        /** Returns the next message, on a stream with its padding, or null when none comes in time. */
        byte @Nullable [] receive(long millis) throws IOException;

        /** Returns whether the other side has closed it, or does in time. */
        boolean ended(long millis) throws IOException;

        /** Returns our own address. */
        TransportAddress local();

        @Override
        void close();
    }

    /** A peer with a UDP port. */
    interface Peer extends AutoCloseable {
        /** Returns its address. */
        TransportAddress local();

        /** Sends a datagram. */
        void send(TransportAddress to, byte[] bytes) throws IOException;

        /** Returns the next datagram, or null when none comes in time. */
        @Nullable
        Packet receive(long millis) throws IOException;

        @Override
        void close();
    }

    /** A datagram with its source. */
    record Packet(TransportAddress from, byte[] bytes) {}

    /** A peer with a TCP port. */
    interface Listener extends AutoCloseable {
        /** Returns its address. */
        TransportAddress local();

        /** Returns the next connection, or null when none comes in time. */
        @Nullable
        Stream accept(long millis) throws IOException;

        @Override
        void close();
    }

    /** A TCP connection of bytes. */
    interface Stream extends AutoCloseable {
        /** Writes bytes. */
        void write(byte[] bytes) throws IOException;

        /** Returns so many bytes, or what came of them in time. */
        byte[] read(int count, long millis) throws IOException;

        /** Returns whether the other side has closed it, or does in time. */
        boolean ended(long millis) throws IOException;

        @Override
        void close();
    }

    /** Opens a way to the server, on a five-tuple of its own. */
    Link open() throws IOException;

    /** Opens a peer on the host that peers are on, or the host beside it. */
    Peer peer(boolean beside) throws IOException;

    /** Opens a peer that listens for TCP. */
    Listener listener() throws IOException;

    /** Connects to an address as a peer; null when that is refused or takes too long. */
    @Nullable
    Stream connect(TransportAddress to) throws IOException;

    /** Joins a way to the server to bytes: what is sent on it from now on is no message any more. */
    Stream bytes(Link link);

    /** Whether the way to the server is a stream. */
    boolean stream();

    /** Whether the way to the server is plain UDP. */
    boolean udp();

    /** Returns the name of the way to the server. */
    String name();

    /** Where the server is. */
    TransportAddress server();
}
