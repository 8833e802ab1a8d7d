package dev.isthmus.turn.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.server.TurnReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells TLS from TCP by the first byte: a TLS handshake record is of type 22, which begins no STUN message and no ChannelData. */
final class FirstByte extends ChannelInboundHandlerAdapter {
    private static final byte HANDSHAKE = 22;
    private static final long HANDSHAKE_SECONDS = 10;
    private final StreamClients clients;
    private final StreamSetup setup;
    private final SslContext tls;
    private final TransportAddress remote;
    private @Nullable Future<?> waiting;

    FirstByte(StreamClients clients, StreamSetup setup, SslContext tls, TransportAddress remote) {
        this.clients = clients;
        this.setup = setup;
        this.tls = tls;
        this.remote = remote;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        waiting = context.executor().schedule(() -> {
            clients.count(TurnReason.STREAM_IDLE);
            context.close();
        }, HANDSHAKE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (context.channel().isOpen()) { // what its end brings is not counted again
            clients.count(TurnReason.STREAM_FAILED);
            context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!bytes.isReadable()) {
            bytes.release();
            return;
        }
        boolean encrypted = bytes.getByte(bytes.readerIndex()) == HANDSHAKE;
        if (!encrypted && !setup.plain()) {
            bytes.release();
            clients.count(TurnReason.NOT_TLS);
            context.close();
            return;
        }
        if (encrypted && !encrypt(context)) {
            bytes.release();
            context.close();
            return;
        }
        clients.add(context.channel(), remote, encrypted ? AddressKey.Transport.TLS : AddressKey.Transport.TCP);
        context.fireChannelRead(message);
        context.pipeline().remove(this);
    }

    /** Puts TLS in front of what follows; false when there are too many handshakes already. */
    private boolean encrypt(ChannelHandlerContext context) {
        Connections.Place place = clients.shared().halfOpen().take(remote, clients::count);
        if (place == null) {
            return false;
        }
        SslHandler handler = tls.newHandler(context.alloc(), clients.shared().handshakes());
        handler.setHandshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
        handler.setWrapDataSize(0); // a record for each message: some clients take what one read gives them for one message
        // Until the handshake is done the handler reads what it asks for, and nothing piles up behind a task that waits for its turn.
        context.channel().config().setAutoRead(false);
        handler.handshakeFuture().addListener(done -> {
            place.close();
            if (!done.isSuccess()) {
                clients.count(TurnReason.TLS_FAILED);
            }
            context.channel().config().setAutoRead(true);
        });
        context.pipeline().addLast(handler);
        return true;
    }
}
