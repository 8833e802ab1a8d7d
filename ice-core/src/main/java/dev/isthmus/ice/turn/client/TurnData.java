package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.turn.ChannelData;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The data of a TURN client, framed for the server and taken out of what comes from there, in place: by a channel it costs no object (RFC 8656,
 * sections 11 and 12).
 */
public final class TurnData {
    private static final int DATA_HEADER = 4;
    private static final int ADDRESS_IPV4 = 12;
    private static final int ADDRESS_IPV6 = 24;
    /** How much room {@link #frame} needs in front of data. */
    public static final int HEADROOM = StunMessage.HEADER_LENGTH + ADDRESS_IPV6 + DATA_HEADER;
    /** How much room {@link #frame} needs behind data. */
    public static final int TAILROOM = 3;

    private final boolean reliable;
    private final ClientRequests requests;
    private final ClientPeers peers;
    private final Counters<TurnClientReason> counters;
    private boolean open;
    private @Nullable TransportAddress source;
    private int offset;
    private int length;

    TurnData(boolean reliable, ClientRequests requests, ClientPeers peers, Counters<TurnClientReason> counters) {
        this.reliable = reliable;
        this.requests = requests;
        this.peers = peers;
        this.counters = counters;
    }

    /** Says whether there is an allocation. */
    void open(boolean now) {
        open = now;
    }

    /** Takes ChannelData; false when it is dropped, and counted. */
    boolean onChannelData(ByteBuffer buffer, int at, int bytes) {
        TurnPeer peer = peers.byChannel(ChannelData.channel(buffer, at));
        int data = ChannelData.dataLength(buffer, at, bytes);
        if (peer == null || data < 0) {
            counters.count(peer == null ? TurnClientReason.UNKNOWN_CHANNEL : TurnClientReason.BAD_CHANNEL_DATA);
            return false;
        }
        found(peer.address(), at + ChannelData.HEADER_LENGTH, data);
        return true;
    }

    void found(TransportAddress from, int at, int bytes) {
        source = from;
        offset = at;
        length = bytes;
    }

    /**
     * Puts in front of data to a peer what the server needs, and up to {@link #TAILROOM} bytes behind it; what is to be sent then lies at
     * {@link #offset}. Returns false, and counts, when it cannot be sent.
     */
    public boolean frame(TurnPeer peer, ByteBuffer buffer, int at, int bytes) {
        if (!open || peer.refused) {
            counters.count(TurnClientReason.NO_WAY);
            return false;
        }
        peer.wanted = true;
        if (!peer.bound) {
            offset = at - StunMessage.HEADER_LENGTH - (peer.address().ipv4() ? ADDRESS_IPV4 : ADDRESS_IPV6) - DATA_HEADER;
            length = requests.indication(buffer, offset, peer.address(), bytes);
            return true;
        }
        offset = at - ChannelData.HEADER_LENGTH;
        ChannelData.writeHeader(buffer, offset, peer.number, bytes);
        int padding = reliable ? -bytes & 3 : 0;
        for (int i = 0; i < padding; i++) {
            buffer.put(at + bytes + i, (byte) 0);
        }
        length = ChannelData.HEADER_LENGTH + bytes + padding;
        return true;
    }

    /** Returns where the bytes begin that came or were framed last. */
    public int offset() {
        return offset;
    }

    /** Returns how many they are. */
    public int length() {
        return length;
    }

    /** Returns the peer whose data came last, or null. */
    public @Nullable TransportAddress source() {
        return source;
    }
}
