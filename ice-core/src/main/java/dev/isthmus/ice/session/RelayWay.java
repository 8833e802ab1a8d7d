package dev.isthmus.ice.session;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.ice.turn.client.TurnClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One allocation of a session, and the way to it: a base of ours, or a connection that the owner made. */
final class RelayWay {
    /** There is no connection: datagrams leave from the base. */
    static final int NO_CONNECTION = -1;

    private static final int MOST_SOCKETS = 3;

    final IceServer server;
    final int connection;
    /** From where the server was to be asked first. */
    final TransportAddress asked;
    TransportAddress base;
    TurnClient client;
    /** From how many sockets the server has been asked. */
    private int sockets = 1;
    boolean waitsForSocket;
    List<TransportAddress> relayed = List.of();
    /** Whether it is known what comes of it. */
    boolean settled;
    boolean ended;

    RelayWay(IceServer server, TransportAddress base, int connection, TurnClient client) {
        this.server = server;
        this.base = base;
        this.asked = base;
        this.connection = connection;
        this.client = client;
    }

    /** Returns the relayed address of a family, or null. */
    @Nullable
    TransportAddress relayed(boolean ipv4) {
        for (TransportAddress each : relayed) {
            if (each.ipv4() == ipv4) {
                return each;
            }
        }
        return null;
    }

    boolean comesFrom(TransportAddress at, TransportAddress from) {
        return connection == NO_CONNECTION && base.equals(at) && client.server().equals(from);
    }

    /** Returns whether a failure may be one of the socket's: its port had an allocation before (RFC 8656, section 7.4). */
    boolean wantsSocket(int code) {
        waitsForSocket = code == ErrorCode.ALLOCATION_MISMATCH.code() && connection == NO_CONNECTION && relayed.isEmpty()
                && sockets++ < MOST_SOCKETS;
        return waitsForSocket;
    }
}
