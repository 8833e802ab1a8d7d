package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;
import org.jspecify.annotations.Nullable;

/** The way between an allocation and one peer address: where to send, and by which channel the client knows the peer. */
public final class PeerRoute {
    private final AddressKey toPeer;
    private Permission permission;
    private LinkTable.@Nullable Sink sink;
    private @Nullable TransportAddress whileRelayed;
    private int channel;
    private long errorReported;
    private long channelExpires = Deadline.NONE;

    PeerRoute(AddressKey toPeer, Permission permission) {
        this.toPeer = toPeer;
        this.permission = permission;
    }

    /** Returns the flow from the relayed address (local) to the peer (remote). */
    public AddressKey toPeer() {
        return toPeer;
    }

    /** Returns whether the peer is the remote side of that key. */
    boolean reaches(AddressKey key) {
        return toPeer.remotePort() == key.remotePort() && toPeer.remoteLow() == key.remoteLow() && toPeer.remoteHigh() == key.remoteHigh()
                && toPeer.ipv4() == key.ipv4() && toPeer.scope() == key.scope();
    }

    /** Returns whether the permission lets data pass now. */
    public boolean open(long nowNanos) {
        return permission.expires() > nowNanos;
    }

    /** Returns the bound channel, or 0. */
    public int channel(long nowNanos) {
        return channelExpires > nowNanos ? channel : 0;
    }

    /** Returns the in-memory sink of the peer, or null when it is reached through the socket. */
    public LinkTable.@Nullable Sink sink() {
        LinkTable.Sink s = sink;
        if (s != null && !s.isOpen()) {
            sink = null;
            return null;
        }
        return s;
    }

    /** Sets the in-memory sink. */
    public void sink(LinkTable.@Nullable Sink newSink) {
        sink = newSink;
    }

    /** Returns the peer's address when it may be a peer only as long as it is a relayed address of this server, or null. */
    public @Nullable TransportAddress whileRelayed() {
        return whileRelayed;
    }

    /** Says that the peer may be one only as long as it is a relayed address of this server. */
    public void whileRelayed(TransportAddress peer) {
        whileRelayed = peer;
    }

    void permission(Permission renewed) {
        permission = renewed;
    }

    void bind(int number, long expires) {
        channel = number;
        channelExpires = expires;
    }

    long channelExpires() {
        return channel == 0 ? Deadline.NONE : channelExpires;
    }

    /** Returns the channel that was bound last and has not been taken back, or 0; it may be due. */
    public int boundChannel() {
        return channel;
    }

    /** Returns whether an error of this peer's may be reported now, which counts as done. */
    public boolean mayReportError(long nowNanos, long pauseNanos) {
        if (errorReported != 0 && nowNanos - errorReported < pauseNanos) {
            return false;
        }
        errorReported = nowNanos;
        return true;
    }

    void unbind() {
        channel = 0;
        channelExpires = Long.MIN_VALUE;
    }
}
