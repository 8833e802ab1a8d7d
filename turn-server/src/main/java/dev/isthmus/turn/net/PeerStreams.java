package dev.isthmus.turn.net;

import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.StreamPort;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PeerConnection;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.server.TcpRelays;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The TCP side of one loop's relayed addresses (RFC 6062): listens, connects, and joins what belongs together. */
final class PeerStreams {
    /** RFC 6062, section 5.2: at least 30 seconds. */
    private static final int CONNECT_MILLIS = 30_000;
    private static final int BACKLOG = 16;
    private static final int MOST_KEPT = 1 << 20;
    /** The listening socket has the port too; Netty knows the option for listeners only. */
    private static final IntegerUnixChannelOption SHARED_PORT = new IntegerUnixChannelOption("SO_REUSEPORT", 1, 15);
    private final TurnLoop turn;
    private final Loop loop;

    PeerStreams(TurnLoop turn) {
        this.turn = turn;
        this.loop = turn.loop();
    }

    /** Listens on a relayed address; returns null when the port cannot be had. On the loop's thread. */
    @Nullable
    Channel listen(Allocation allocation, TransportAddress address) {
        int descriptor;
        try {
            descriptor = StreamPort.listen(address, BACKLOG);
        } catch (PortException e) {
            return null;
        }
        // Registered at once, since this is the loop's thread.
        return new ServerBootstrap().group(loop.netty()).channelFactory(() -> new EpollServerSocketChannel(descriptor))
                .childOption(ChannelOption.AUTO_READ, false).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        accepted(allocation, connection);
                    }
                }).register().channel();
    }

    /**
     * What a peer's connection is before it is joined. Nothing is read from it; but when the peer has sent and closed already, what it sent is
     * read to the end, and kept until the client asks for it.
     */
    private static final class Unjoined extends ChannelInboundHandlerAdapter {
        private final List<ByteBuf> kept = new ArrayList<>();
        private int bytes;
        private boolean ended;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf read = (ByteBuf) message;
            bytes += read.readableBytes();
            kept.add(read);
            if (bytes > MOST_KEPT) {
                context.close();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            ended |= event instanceof ChannelInputShutdownEvent;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            kept.forEach(ByteBuf::release);
            kept.clear();
        }

        /** Leaves what came to its successor. */
        void handOver(Joined successor) {
            kept.forEach(successor::pass);
            kept.clear();
            if (ended) {
                successor.end();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private void accepted(Allocation allocation, Channel channel) {
        channel.pipeline().addLast(new Unjoined());
        TransportAddress peer = StreamClient.address((InetSocketAddress) channel.remoteAddress());
        PeerConnection connection = tcp().onAccepted(allocation, peer, loop.nowNanos());
        if (connection == null) {
            channel.close();
            return;
        }
        opened(connection, channel);
        turn.toClient(allocation, tcp().announce(connection));
    }

    /** Connects from the relayed address. What comes of it is told to the protocol. */
    void connect(PeerConnection connection) {
        TransportAddress from = connection.allocation().bound();
        TransportAddress peer = connection.peer();
        ChannelFuture connecting = new Bootstrap().group(loop.netty()).channel(EpollSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false).option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_REUSEADDR, true).option(SHARED_PORT, 1)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS).handler(new Unjoined())
                .connect(new InetSocketAddress(peer.host(), peer.port()), new InetSocketAddress(from.host(), from.port()));
        if (connecting.channel().isRegistered()) {
            connection.channel(new Peer(turn, connecting.channel()));
        }
        // Without a descriptor for it Netty tells of the failure on a thread of its own.
        connecting.addListener(done -> loop.submit(() -> {
            connected(connection, connecting.channel(), done.isSuccess());
            return true;
        }));
    }

    private void connected(PeerConnection connection, Channel channel, boolean success) {
        if (success) {
            opened(connection, channel);
        }
        turn.toClient(connection.allocation(), tcp().onConnected(connection, success, loop.nowNanos()));
    }

    private void opened(PeerConnection connection, Channel channel) {
        connection.channel(new Peer(turn, channel));
        channel.closeFuture().addListener(closed -> {
            tcp().onClosed(connection);
            turn.drainCommands(null);
        });
    }

    /** Joins the connection of a client, on this loop, to that of a peer, on this loop or another one. */
    void join(PeerConnection connection, StreamClient client) {
        if (!(connection.channel() instanceof Peer peer)) {
            client.close();
            return;
        }
        Bandwidth.Share share = connection.allocation().bandwidth();
        Joined ofPeer = new Joined(peer.turn(), peer.channel(), share, false);
        Joined ofClient = new Joined(turn, client.channel(), share, true);
        ofPeer.other = ofClient;
        ofClient.other = ofPeer;
        client.become(ofClient);
        peer.channel().eventLoop().execute(() -> {
            if (peer.channel().isActive()) {
                Unjoined before = peer.channel().pipeline().get(Unjoined.class);
                peer.channel().pipeline().replace(before, "joined", ofPeer);
                peer.channel().config().setAutoRead(true);
                before.handOver(ofPeer);
            } else {
                client.close();
            }
        });
    }

    static void disconnect(PeerConnection connection) {
        if (connection.channel() instanceof Peer peer) {
            peer.channel().close();
        }
    }

    private TcpRelays tcp() {
        return turn.tcp();
    }

    /** A connection with a peer, and on which loop it lives. */
    private record Peer(TurnLoop turn, Channel channel) {}
}
