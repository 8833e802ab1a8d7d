package dev.isthmus.ice.session.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.StreamPort;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.SessionReason;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where passive candidates take connections: of one session, or of all that share it. The first frame says whose a connection is. */
final class TcpListener implements TcpFlow.Owner {
    /** Knows for which session a connection's first frame is. */
    @FunctionalInterface
    interface Door {
        @Nullable
        TcpFlows owner(ByteBuffer buffer, int offset, int length);
    }

    private static final int BACKLOG = 128;
    /** How many may be silent, of all sessions or of one. */
    static final int MOST_SHARED = 256;
    static final int MOST_OWN = 8;
    private final Loop loop;
    private final Counters<SessionReason> counters;
    private final Door door;
    private final int most;
    private final Channel channel;
    private final TransportAddress local;
    /** Connections that have said nothing yet. */
    private final Set<TcpFlow> waiting = new HashSet<>();

    /** Listens at once; on the loop's thread. */
    TcpListener(Loop loop, TransportAddress address, Counters<SessionReason> counters, int most, Door door)
            throws PortException {
        this.most = most;
        this.loop = loop;
        this.counters = counters;
        this.door = door;
        int descriptor = StreamPort.listen(address, BACKLOG);
        this.channel = new ServerBootstrap().group(loop.netty()).channelFactory(() -> new EpollServerSocketChannel(descriptor))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        accepted(connection);
                    }
                }).register().channel();
        this.local = address.withPort(((InetSocketAddress) channel.localAddress()).getPort()).overTcp();
    }

    private void accepted(Channel connection) {
        if (waiting.size() >= most) {
            counters.count(SessionReason.TOO_MANY_CONNECTIONS);
            connection.close();
            return;
        }
        waiting.add(new TcpFlow(loop, connection, local, this));
    }

    /** Returns the address, of TCP. */
    TransportAddress local() {
        return local;
    }

    @Override
    public void onFrame(TcpFlow flow, ByteBuffer buffer, int offset, int length, long nowNanos) {
        waiting.remove(flow);
        TcpFlows owner = door.owner(buffer, offset, length);
        if (owner == null) {
            counters.count(SessionReason.UNKNOWN_SESSION);
            flow.close();
        } else if (owner.adopt(flow)) {
            owner.onFrame(flow, buffer, offset, length, nowNanos);
        }
    }

    @Override
    public void onEnd(TcpFlow flow, long nowNanos) {
        waiting.remove(flow);
    }

    void close() {
        channel.close();
        Set.copyOf(waiting).forEach(TcpFlow::close);
        waiting.clear();
    }
}
