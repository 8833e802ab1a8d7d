package dev.isthmus.ice.dtls;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One DTLS association as its owner loop sees it. The owner hands in records from the validated address, drains what is to be sent and what
 * happened, and may not block. An engine may work elsewhere; it then asks the owner to drain again.
 */
public interface DtlsEngine extends AutoCloseable {
    /** Begins the handshake: a client sends its ClientHello, a server waits for one. */
    void start(long nowNanos);

    /** Takes one datagram of DTLS records; a malformed one is counted and dropped. */
    void onPacket(ByteBuffer buffer, int offset, int length, long nowNanos);

    /** Expires what is due. */
    void onTimeout(long nowNanos);

    /** Returns when {@link #onTimeout} is to be called. */
    long nextDeadline();

    /** Encrypts application data into a datagram to send; dropped unless the association is open. */
    void send(ByteBuffer buffer, int offset, int length);

    /** Takes the next datagram to send, or null. */
    byte @Nullable [] pollTransmit();

    /** Takes the next event, or null. */
    @Nullable
    DtlsEvent pollEvent();

    /** Ends the association; a close alert may still have to be drained. */
    @Override
    void close();
}
