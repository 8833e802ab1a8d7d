package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sctp.SendOptions;

/** The association of a connection's data channels, as the connection uses it: none of its methods blocks. */
public interface DataPort {
    /** Begins an association, as soon as there is DTLS; one that was there before ends. */
    void start(int port, int remotePort, int largestMessage);

    /** Sends a message on a stream. */
    void send(int stream, int protocol, byte[] message, SendOptions options);

    /** Sets the share of a stream where several wait. */
    void weigh(int stream, int weight);

    /** Ends what is sent on a stream, after what waits there. */
    void reset(int stream);

    /** The application has no more use for the room of a message. */
    void taken(int bytes);

    /** Ends the association. */
    void end();
}
