package dev.isthmus.turn.net;

import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutionException;

/** A TCP port of one loop, sharing its address with the other loops'. Its connections stay on the loop that the kernel gave them to. */
final class StreamListener {
    private static final int BACKLOG = 1024;
    private final Channel channel;

    private StreamListener(Channel channel) {
        this.channel = channel;
    }

    /** Opens the port; not on the loop's thread. */
    static StreamListener open(Loop loop, StreamSetup setup, StreamClients clients) throws PortException {
        ServerBootstrap bootstrap = new ServerBootstrap().group(loop.netty()).channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true).option(EpollChannelOption.SO_REUSEPORT, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG).childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        clients.accept(connection, setup);
                    }
                });
        TransportAddress address = setup.address();
        try {
            ChannelFuture bound = bootstrap.bind(new InetSocketAddress(address.host(), address.port()));
            bound.get();
            return new StreamListener(bound.channel());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PortException("interrupted while opening tcp " + address, false);
        } catch (ExecutionException e) {
            boolean inUse = e.getCause() instanceof java.net.BindException;
            throw new PortException("cannot open tcp " + address + ": " + (inUse ? "the port is in use" : e.getCause()), inUse);
        }
    }

    /** Returns the bound address. */
    TransportAddress local() {
        InetSocketAddress bound = (InetSocketAddress) channel.localAddress();
        return TransportAddress.of(bound.getAddress().getAddress(), bound.getPort());
    }

    void close() {
        channel.close();
    }
}
