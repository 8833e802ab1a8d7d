package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.turn.ChannelData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The peers of one allocation: whose data may pass, and by which channel (RFC 8656, sections 9 to 12). */
final class ClientPeers {
    /** A permission lasts five minutes; asking for it once more takes some seconds at worst. */
    static final long RENEWAL = TimeUnit.MINUTES.toNanos(4);
    private static final int MOST = 256;
    private static final TurnPeer[] NONE = {};

    private final Map<TransportAddress, TurnPeer> peers = new LinkedHashMap<>();
    private @Nullable TurnPeer[] byNumber = NONE;
    private int numbers;

    @Nullable
    TurnPeer find(TransportAddress address) {
        return peers.get(address);
    }

    /** Returns the peer at an address, new if need be; null when there are too many. */
    @Nullable
    TurnPeer at(TransportAddress address) {
        TurnPeer known = peers.get(address);
        if (known != null) {
            known.wanted = true;
            return known;
        }
        if (peers.size() >= MOST && !makeRoom()) {
            return null;
        }
        TurnPeer fresh = new TurnPeer(address);
        peers.put(address, fresh);
        return fresh;
    }

    /** Of those that the server lets nothing pass to, and that nobody has sent to since they were renewed, the oldest goes. */
    private boolean makeRoom() {
        for (TurnPeer peer : peers.values()) {
            if (peer.refused || !peer.wanted && !peer.asking) {
                peers.remove(peer.address());
                return true;
            }
        }
        return false;
    }

    /** Gives a peer a channel number; false when none is left. None is used twice, so that no wait is needed between two peers. */
    boolean number(TurnPeer peer) {
        if (peer.number != 0) {
            return true;
        }
        if (numbers > ChannelData.LAST_CHANNEL - ChannelData.FIRST_CHANNEL) {
            return false;
        }
        if (numbers == byNumber.length) {
            byNumber = Arrays.copyOf(byNumber, Math.max(4, numbers * 2));
        }
        byNumber[numbers] = peer;
        peer.number = ChannelData.FIRST_CHANNEL + numbers++;
        return true;
    }

    /** Returns the peer of a channel, or null. */
    @Nullable
    TurnPeer byChannel(int number) {
        int index = number - ChannelData.FIRST_CHANNEL;
        return index < 0 || index >= numbers ? null : byNumber[index];
    }

    /** Returns those whose permission or channel is to be asked for. */
    List<TurnPeer> due(long nowNanos) {
        List<TurnPeer> found = new ArrayList<>();
        for (TurnPeer peer : peers.values()) {
            if (!peer.asking && !peer.refused && Deadline.due(peer.renewAt, nowNanos)) {
                found.add(peer);
            }
        }
        found.forEach(peer -> peer.wanted = false);
        return found;
    }

    long nextDeadline() {
        long nearest = Deadline.NONE;
        for (TurnPeer peer : peers.values()) {
            if (!peer.asking && !peer.refused) {
                nearest = Deadline.nearer(nearest, peer.renewAt);
            }
        }
        return nearest;
    }

    Collection<TurnPeer> all() {
        return peers.values();
    }
}
