package dev.isthmus.ice.session;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.client.TurnData;
import dev.isthmus.ice.turn.client.TurnPeer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where a session's data goes: by the selected pair, through a TURN server where that is on the way. Nothing is allocated per packet. */
public final class Outlet {
    private final IceAgent agent;
    private final Counters<SessionReason> counters;
    private @Nullable CandidatePair selected;
    private @Nullable RelayWay way;
    private int offset;
    private int length;

    Outlet(IceAgent agent, Counters<SessionReason> counters) {
        this.agent = agent;
        this.counters = counters;
    }

    /** Another pair was selected; the allocation is the one that its local candidate comes from, or null. */
    void select(CandidatePair pair, @Nullable RelayWay allocation, long nowNanos) {
        selected = pair;
        way = allocation;
        TurnPeer peer = allocation == null ? null : allocation.client.permit(pair.remote().address(), nowNanos);
        if (allocation != null && peer != null) {
            allocation.client.bind(peer, nowNanos);
        }
    }

    /**
     * Prepares data for sending: what is to be sent then lies at {@link #offset} and goes to {@link #remote} from {@link #local}, or on
     * {@link #connection}. The buffer has {@link TurnData#HEADROOM} in front of the data and {@link TurnData#TAILROOM} behind it. Returns
     * false, and counts, while no pair is selected.
     */
    public boolean frame(ByteBuffer buffer, int from, int count) {
        CandidatePair pair = agent.selectedPair();
        if (pair == null || pair != selected) {
            counters.count(SessionReason.NO_PAIR);
            return false;
        }
        RelayWay relay = way;
        if (relay == null) {
            offset = from;
            length = count;
            pair.traffic().sent(count);
            return true;
        }
        TurnPeer peer = relay.client.peer(pair.remote().address());
        if (peer == null) {
            counters.count(SessionReason.NO_PAIR);
            return false;
        }
        if (!relay.client.data().frame(peer, buffer, from, count)) {
            return false;
        }
        pair.traffic().sent(count);
        offset = relay.client.data().offset();
        length = relay.client.data().length();
        return true;
    }

    /** Returns where in the buffer begins what is to be sent. */
    public int offset() {
        return offset;
    }

    /** Returns how long it is. */
    public int length() {
        return length;
    }

    /** Returns from where framed data leaves; only after {@link #frame}. */
    public TransportAddress local() {
        return way == null ? pair().local().base() : way.base;
    }

    /** Returns where framed data goes; only after {@link #frame}. */
    public TransportAddress remote() {
        return way == null ? pair().remote().address() : way.client.server();
    }

    /** Returns the connection that takes framed data, or -1 when it goes as a datagram. */
    public int connection() {
        return way == null ? RelayWay.NO_CONNECTION : way.connection;
    }

    private CandidatePair pair() {
        CandidatePair pair = selected;
        if (pair == null) {
            throw new IllegalStateException("nothing was framed");
        }
        return pair;
    }
}
