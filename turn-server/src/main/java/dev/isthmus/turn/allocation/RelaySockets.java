package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/** The commands to open relay sockets, with their result in the same turn: binding may fail, then another port is tried. */
public interface RelaySockets {
    /** An open relay socket; the shell's own business. */
    interface RelaySocket {
        /** Closes the socket. */
        void close();
    }

    /** A socket that holds a port and belongs to no loop yet; may be closed from any thread. */
    interface HeldSocket {
        /** Closes the socket. */
        void close();
    }

    /** Opens the address for an allocation, or returns null when it cannot be had. */
    @Nullable
    RelaySocket open(Allocation allocation, TransportAddress address);

    /** Opens the address without reading from it, or returns null when it cannot be had. */
    @Nullable
    HeldSocket hold(TransportAddress address);

    /** Turns a held socket into an allocation's, or returns null, and closes it, when that fails. */
    @Nullable
    RelaySocket open(Allocation allocation, HeldSocket held);
}
