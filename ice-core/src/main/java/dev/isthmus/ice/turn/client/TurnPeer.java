package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;

/** A peer as a TURN client knows it: the permission of its host, and the channel when one is wanted. Changed only by its client. */
public final class TurnPeer {
    private final TransportAddress address;
    /** 0 without a channel. */
    int number;
    /** The channel may be used. */
    boolean bound;
    boolean wantsChannel;
    boolean refused;
    /** Somebody has sent there since it was asked for last. */
    boolean wanted = true;
    /** A request for it is on its way. */
    boolean asking;
    /** When permission, and channel if there is one, are to be asked for again. */
    long renewAt = Deadline.NONE;

    TurnPeer(TransportAddress address) {
        this.address = address;
    }

    /** Returns where it is. */
    public TransportAddress address() {
        return address;
    }

    /** Returns whether its data goes by a channel, which costs four bytes instead of 36 or more. */
    public boolean bound() {
        return bound;
    }

    /** Returns whether the server lets nothing pass to it. */
    public boolean refused() {
        return refused;
    }
}
