package dev.isthmus.turn.net;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.server.TurnReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for the PROXY header of a listed proxy (version 2), which says who the client is. */
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    private static final long SECONDS = 5;
    private final StreamClients clients;
    private final StreamSetup setup;
    private @Nullable Future<?> waiting;

    ProxyHeader(StreamClients clients, StreamSetup setup) {
        this.clients = clients;
        this.setup = setup;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        waiting = context.executor().schedule(() -> {
            clients.count(TurnReason.BAD_PROXY_HEADER);
            context.close();
        }, SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            TransportAddress client = client(context, header);
            if (client == null) {
                clients.count(TurnReason.BAD_PROXY_HEADER);
                context.close();
                return;
            }
            clients.admit(context.channel(), setup, client);
        } finally {
            header.release();
        }
        context.pipeline().remove(this);
    }

    /** The client; the proxy itself when it speaks for itself, as for a health check; null for anything but version 2 with an IP address. */
    private static @Nullable TransportAddress client(ChannelHandlerContext context, HAProxyMessage header) {
        if (header.protocolVersion() != HAProxyProtocolVersion.V2) {
            return null;
        }
        if (header.command() == HAProxyCommand.LOCAL) {
            return StreamClient.address((InetSocketAddress) context.channel().remoteAddress());
        }
        return header.sourceAddress() == null ? null : TransportAddress.parse(header.sourceAddress(), header.sourcePort());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (context.channel().isOpen()) { // what its end brings is not counted again
            clients.count(TurnReason.BAD_PROXY_HEADER);
            context.close();
        }
    }
}
