package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/** The command to open a relay socket, with its result in the same turn: binding may fail, then another port is tried. */
@FunctionalInterface
public interface RelaySockets {
    /** An open relay socket; the shell's own business. */
    interface RelaySocket {
        /** Closes the socket. */
        void close();
    }

    /** Opens the address for an allocation, or returns null when it cannot be had. */
    @Nullable
    RelaySocket open(Allocation allocation, TransportAddress address);
}
