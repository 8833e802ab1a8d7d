package dev.isthmus.ice.session.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.SessionReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The TCP connections of one session's component, by the pair of addresses that each of them joins. */
final class TcpFlows implements TcpFlow.Owner {
    /** Takes what comes by the connections. */
    interface Owner {
        IceSession.Inbound onFrame(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from, long nowNanos);

        void onStreamEnd(TransportAddress at, TransportAddress from, long nowNanos);
    }

    private static final int MOST = 16;

    private record Way(TransportAddress base, TransportAddress remote) {}

    private final Loop loop;
    private final Counters<SessionReason> counters;
    private final Owner owner;
    private final Map<Way, TcpFlow> flows = new HashMap<>();
    private final List<TcpListener> listeners = new ArrayList<>();
    private boolean closed;

    TcpFlows(Loop loop, Counters<SessionReason> counters, Owner owner) {
        this.loop = loop;
        this.counters = counters;
        this.owner = owner;
    }

    /** Adds a listener of this session alone, which ends with it. */
    void add(TcpListener listener) {
        listeners.add(listener);
    }

    /** Takes over a connection that the peer opened; returns false when there are too many. */
    boolean adopt(TcpFlow flow) {
        if (flows.size() >= MOST) {
            flows.values().stream().filter(each -> !each.isProven() && each.base().port() != IceSession.ACTIVE_PORT).findFirst()
                    .ifPresent(this::drop);
        }
        if (closed || flows.size() >= MOST) {
            counters.count(SessionReason.TOO_MANY_CONNECTIONS);
            flow.close();
            return false;
        }
        flow.owner(this);
        flows.put(new Way(flow.base(), flow.remote()), flow);
        return true;
    }

    private void drop(TcpFlow unproven) {
        flows.remove(new Way(unproven.base(), unproven.remote()), unproven);
        unproven.close();
        owner.onStreamEnd(unproven.base(), unproven.remote(), loop.nowNanos());
    }

    /** Sends by the connection between two addresses, which is opened first where ours is an active candidate's. */
    void send(TransportAddress base, TransportAddress remote, ByteBuffer buffer, int offset, int length, boolean control) {
        TcpFlow flow = flows.get(new Way(base, remote));
        if (flow == null && base.port() == IceSession.ACTIVE_PORT && !closed && flows.size() < MOST) {
            flow = new TcpFlow(loop, base, remote, this);
            flows.put(new Way(base, remote), flow);
        }
        if (flow != null) {
            flow.send(buffer, offset, length, control);
        } else if (!closed) { // nothing is repeated on connections: the check would wait for nobody
            loop.execute(() -> owner.onStreamEnd(base, remote, loop.nowNanos()));
        }
    }

    @Override
    public void onFrame(TcpFlow flow, ByteBuffer buffer, int offset, int length, long nowNanos) {
        IceSession.Inbound what = owner.onFrame(buffer, offset, length, flow.base(), flow.remote(), nowNanos);
        if (what == IceSession.Inbound.CHECKED || what == IceSession.Inbound.ANSWERED) {
            flow.prove();
        }
    }

    @Override
    public void onEnd(TcpFlow flow, long nowNanos) {
        flows.remove(new Way(flow.base(), flow.remote()), flow);
        owner.onStreamEnd(flow.base(), flow.remote(), nowNanos);
    }

    /** Closes the listener at an address of ours, and its connections. */
    void closeHost(TransportAddress host) {
        listeners.removeIf(listener -> {
            boolean gone = listener.local().sameHost(host);
            if (gone) {
                listener.close();
            }
            return gone;
        });
        List.copyOf(flows.values()).stream().filter(flow -> flow.base().sameHost(host)).forEach(this::drop);
    }

    /** Returns the addresses of its listeners. */
    List<TransportAddress> listening() {
        return listeners.stream().map(TcpListener::local).toList();
    }

    void close() {
        closed = true;
        listeners.forEach(TcpListener::close);
        flows.values().forEach(TcpFlow::close);
        flows.clear();
    }
}
