package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection between a relayed address and a peer (RFC 6062). It belongs to its allocation's loop; only who binds a client connection to
 * it may be another one.
 */
public final class PeerConnection {
    /** How far it is. */
    public enum State {
        /** Our connection to the peer is being made. */
        CONNECTING,
        /** The client has not asked for it yet with ConnectionBind. */
        PENDING,
        /** A client connection has been joined to it. */
        BOUND,
        CLOSED
    }

    private final int id;
    private final Allocation allocation;
    private final TransportAddress peer;
    private State state;
    private final boolean incoming;
    private volatile @Nullable Object channel;
    private volatile long deadline;

    PeerConnection(int id, Allocation allocation, TransportAddress peer, State state, boolean incoming, long deadline) {
        this.id = id;
        this.allocation = allocation;
        this.peer = peer;
        this.state = state;
        this.incoming = incoming;
        this.deadline = deadline;
    }

    /** Returns whether the peer has made it. */
    public boolean incoming() {
        return incoming;
    }

    /** Returns the CONNECTION-ID. */
    public int id() {
        return id;
    }

    /** Returns whose it is. */
    public Allocation allocation() {
        return allocation;
    }

    /** Returns the peer's end. */
    public TransportAddress peer() {
        return peer;
    }

    /** Returns how far it is. */
    public synchronized State state() {
        return state;
    }

    /** Goes from one state to the next; false when it is not, or not any more, in the first. */
    public synchronized boolean advance(State from, State to) {
        boolean was = state == from;
        state = was ? to : state;
        return was;
    }

    /** Sets the shell's own channel. */
    public void channel(Object open) {
        channel = open;
    }

    /** Returns the shell's own channel, or null. */
    public @Nullable Object channel() {
        return channel;
    }

    /** Returns until when it may be as it is, in monotonic nanoseconds. */
    public long deadline() {
        return deadline;
    }

    /** Sets until when it may be as it is. */
    public void deadline(long nanos) {
        deadline = nanos;
    }
}
