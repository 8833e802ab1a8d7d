package dev.isthmus.turn.net;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.auth.Quota;
import dev.isthmus.turn.auth.Sources;
import dev.isthmus.turn.server.TurnReason;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts connections and DTLS associations, or their handshakes, over all loops: in all, and of each source. */
final class Connections {
    /** The place of one connection, to be given back. */
    final class Place {
        private final String source;
        private boolean held = true;

        private Place(String source) {
            this.source = source;
        }

        /** Gives the place back, once. */
        synchronized void close() {
            if (held) {
                held = false;
                quota.give(source);
                quota.give(ALL);
            }
        }
    }

    private static final String ALL = "";
    private final int all;
    private final int perAddress;
    private final TurnReason tooMany;
    private final TurnReason tooManyOfAddress;
    private final Quota quota = new Quota();

    private Connections(int all, int perAddress, TurnReason tooMany, TurnReason tooManyOfAddress) {
        this.all = all;
        this.perAddress = perAddress;
        this.tooMany = tooMany;
        this.tooManyOfAddress = tooManyOfAddress;
    }

    static Connections all(ConnectionLimits limits) {
        return new Connections(limits.all(), limits.perAddress(), TurnReason.TOO_MANY_CONNECTIONS,
                TurnReason.TOO_MANY_CONNECTIONS_OF_ADDRESS);
    }

    static Connections handshakes(ConnectionLimits limits) {
        return new Connections(limits.handshakes(), limits.handshakesPerAddress(), TurnReason.TOO_MANY_HANDSHAKES,
                TurnReason.TOO_MANY_HANDSHAKES_OF_ADDRESS);
    }

    /** Takes a place, or counts why there is none and returns null. */
    @Nullable
    Place take(TransportAddress remote, Consumer<TurnReason> counters) {
        String source = Sources.of(remote);
        if (!quota.take(ALL, all)) {
            counters.accept(tooMany);
            return null;
        }
        if (!quota.take(source, perAddress)) {
            quota.give(ALL);
            counters.accept(tooManyOfAddress);
            return null;
        }
        return new Place(source);
    }
}
