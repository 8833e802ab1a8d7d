package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.turn.allocation.RelaySockets.RelaySocket;
import dev.isthmus.turn.auth.Lookups;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The hot path's answer: forward these bytes there. One object a server, valid until the next call. */
public final class Route {
    /** Where the bytes go. */
    public enum Kind {
        /** Nowhere; a counter says why. */
        DROP,
        /** To {@link #to}, a client, from the listener socket. */
        TO_CLIENT,
        /** To {@link #to}, a peer, from {@link #socket} or into {@link #sink}. */
        TO_PEER,
        /** To the loop {@link #loop}, which has the allocation that the message speaks of. */
        TO_LOOP,
        /** Nowhere before {@link #awaited} is known; whoever can is to hand the message over again then, once. */
        LATER
    }

    private Kind kind = Kind.DROP;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;
    private int length;
    private boolean dontFragment;
    private int loop;
    private AddressKey to = new AddressKey();
    private @Nullable RelaySocket socket;
    private LinkTable.@Nullable Sink sink;
    private long pauseNanos;
    private Lookups.@Nullable Answer awaited;

    Route() {}

    // References are stored only where they change: each store costs the collector's barriers, and most packets are alike.

    private Route kind(Kind now) {
        if (kind != now) {
            kind = now;
        }
        return this;
    }

    Route drop() {
        return kind(Kind.DROP);
    }

    Route toClient(AddressKey client, ByteBuffer bytes, int at, int count) {
        to = client;
        return kind(Kind.TO_CLIENT).bytes(bytes, at, count);
    }

    Route toPeer(AddressKey peer, @Nullable RelaySocket from, LinkTable.@Nullable Sink link, ByteBuffer bytes, int at, int count) {
        to = peer;
        socket = from;
        if (sink != link) {
            sink = link;
        }
        dontFragment = false;
        return kind(Kind.TO_PEER).bytes(bytes, at, count);
    }

    /** Marks a packet to a peer that may not be fragmented on its way (RFC 8656, section 14). */
    Route dontFragment() {
        dontFragment = true;
        return this;
    }

    Route toLoop(int index) {
        loop = index;
        return kind(Kind.TO_LOOP);
    }

    Route pause(long nanos) {
        pauseNanos = nanos;
        return this;
    }

    Route later(Lookups.Answer until) {
        awaited = until;
        return kind(Kind.LATER);
    }

    private Route bytes(ByteBuffer bytes, int at, int count) {
        if (buffer != bytes) {
            buffer = bytes;
        }
        offset = at;
        length = count;
        return this;
    }

    /** Returns where the bytes go. */
    public Kind kind() {
        return kind;
    }

    /** Returns the destination: remote is where to send, local is from where. */
    public AddressKey to() {
        return to;
    }

    /** Returns the relay socket of a packet to a peer. */
    public @Nullable RelaySocket socket() {
        return socket;
    }

    /** Returns the in-memory sink of a packet to a peer, or null when it takes the socket. */
    public LinkTable.@Nullable Sink sink() {
        return sink;
    }

    /** Returns the buffer that holds the bytes. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Returns the index of the first byte. */
    public int offset() {
        return offset;
    }

    /** Returns the index of the loop that is to take the message. */
    public int loop() {
        return loop;
    }

    /** Returns the number of bytes. */
    public int length() {
        return length;
    }

    /** Returns for how many nanoseconds nothing more is to be read of the client, whose packet to a peer this is; 0 in most cases. */
    public long pauseNanos() {
        return pauseNanos;
    }

    /** Returns what a message waits for that is to be handed over again later. */
    public Lookups.@Nullable Answer awaited() {
        return awaited;
    }

    /** Returns whether a packet to a peer may not be fragmented on its way. */
    public boolean mayNotFragment() {
        return dontFragment;
    }
}
