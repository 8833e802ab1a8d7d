package dev.isthmus.ice.session;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.client.TurnClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One allocation of a session, and the way to it: a base of ours, or a connection that the owner made. */
final class RelayWay {
    /** There is no connection: datagrams leave from the base. */
    static final int NO_CONNECTION = -1;

    final IceServer server;
    final TransportAddress base;
    final int connection;
    final TurnClient client;
    List<TransportAddress> relayed = List.of();
    /** Whether it is known what comes of it. */
    boolean settled;

    RelayWay(IceServer server, TransportAddress base, int connection, TurnClient client) {
        this.server = server;
        this.base = base;
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
}
