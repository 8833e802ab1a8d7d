package dev.isthmus.turn.net;

import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.server.TurnReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of two connections that are joined (RFC 6062, section 5.4): passes on what it reads, as fast as the other one takes it and as the
 * bandwidth allows, and ends with it. The two may live on different loops.
 */
final class Joined extends ChannelInboundHandlerAdapter {
    /** How long a side that does not read may keep its connection after the other has ended. */
    private static final long LINGER_SECONDS = 10;
    private final TurnLoop turn;
    private final Channel own;
    private final Bandwidth.@Nullable Share share;
    private final boolean towardsPeer;
    volatile @Nullable Joined other;
    /** Nothing is read as long as the other side has not taken what there is. */
    private volatile boolean slow;
    /** Nothing is read as long as what was read is not earned yet. */
    private boolean owing;

    Joined(TurnLoop turn, Channel own, Bandwidth.@Nullable Share share, boolean towardsPeer) {
        this.turn = turn;
        this.own = own;
        this.share = share;
        this.towardsPeer = towardsPeer;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        pass((ByteBuf) message);
    }

    /** Passes bytes on; on this connection's loop. */
    void pass(ByteBuf bytes) {
        Joined to = other;
        if (to == null) {
            bytes.release();
            return;
        }
        int count = bytes.readableBytes();
        turn.counters().add(towardsPeer ? TurnReason.TCP_BYTES_TO_PEER : TurnReason.TCP_BYTES_TO_CLIENT, count);
        to.own.writeAndFlush(bytes);
        slow = !to.own.isWritable();
        if (slow && to.own.isWritable()) {
            slow = false; // it was told before this side could hear of it
        }
        long wait = share == null ? 0 : share.owe(towardsPeer, count, turn.loop().nowNanos());
        if (wait > 0) {
            owing = true;
            own.eventLoop().schedule(() -> {
                owing = false;
                read();
            }, wait, TimeUnit.NANOSECONDS);
        }
        read();
    }

    private void read() {
        own.config().setAutoRead(!slow && !owing);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Joined from = other;
        if (from != null && own.isWritable()) {
            from.own.eventLoop().execute(() -> {
                from.slow = false;
                from.read();
            });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            end();
        }
    }

    /** Nothing more comes: the other side gets what is on its way, if it takes it soon, and is closed. */
    void end() {
        Joined to = other;
        if (to != null && to.own.isOpen()) {
            to.own.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> to.own.close());
            to.own.eventLoop().schedule(() -> to.own.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        }
        own.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
