package dev.isthmus.ice.session.net;

import java.nio.ByteBuffer;

/** A connection to a TURN server: TCP, TLS or DTLS. */
interface ServerWay {
    /** What becomes of a connection; called on the loop. */
    interface Owner {
        void onOpen(long nowNanos);

        void onMessage(ByteBuffer buffer, int offset, int length, long nowNanos);

        /** It could not be made, or has ended; called once. */
        void onEnd(String why, long nowNanos);
    }

    /**
     * Sends a message; the bytes are copied.
     *
     * @param control whether it is never dropped
     */
    void send(ByteBuffer buffer, int offset, int length, boolean control);

    /** Ends the connection when everything has been sent; the owner hears no more of it. */
    void close();
}
