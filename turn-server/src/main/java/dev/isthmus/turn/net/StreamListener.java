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
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ExecutionException;

/** A TCP port of one loop, sharing its address with the other loops'. Its connections stay on the loop that the kernel gave them to. */
final class StreamListener {
    private static final int BACKLOG = 1024;
    private static final int EADDRINUSE = 98;
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
            boolean inUse = e.getCause() instanceof Errors.NativeIoException n && n.expectedErr() == -EADDRINUSE;
            throw new PortException("cannot open tcp " + address + ": " + (inUse ? "the port is in use" : String.valueOf(e.getCause())),
                    inUse);
        }
    }

    /** A shared port would be shared with another process of the same user too, which then takes half of the clients. */
    static void refuseIfTaken(TransportAddress address) throws PortException {
        try (ServerSocket alone = new ServerSocket()) {
            alone.setReuseAddress(true);
            alone.bind(new InetSocketAddress(address.host(), address.port()));
        } catch (BindException e) {
            boolean inUse = String.valueOf(e.getMessage()).contains("in use");
            throw new PortException("cannot open tcp " + address + ": " + (inUse ? "the port is in use" : String.valueOf(e.getCause())),
                    inUse);
        } catch (IOException e) {
            throw new PortException("cannot open tcp " + address + ": " + e.getMessage(), false);
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
