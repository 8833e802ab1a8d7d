package dev.isthmus.ice.session.net;

import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.StreamFraming;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TCP to a TURN server, with TLS or without. */
final class StreamWay implements ServerWay {
    private static final int CONNECT_MILLIS = 10_000;
    /** More than this unsent, and the newest media is dropped. */
    private static final int MOST_UNSENT = 64 * 1024;

    /** TLS, and the name that the server's certificate must have. */
    record Security(SslContext context, String name) {}

    private final Loop loop;
    private final Owner owner;
    private final Channel channel;
    private boolean ended;

    StreamWay(Loop loop, TransportAddress server, @Nullable Security security, Owner owner) {
        this.loop = loop;
        this.owner = owner;
        this.channel = new Bootstrap().group(loop.netty()).channel(EpollSocketChannel.class).option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS).handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        if (security != null) {
                            SslHandler tls = security.context().newHandler(made.alloc(), security.name(), server.port(),
                                    Thread::startVirtualThread);
                            made.pipeline().addLast(tls);
                        }
                        made.pipeline().addLast(new Reader(security == null));
                    }
                }).connect(socketAddress(server)).addListener((ChannelFutureListener) done -> {
                    if (!done.isSuccess()) {
                        loop.execute(() -> end(text(done.cause()))); // a channel that could not even be made fails elsewhere
                    }
                }).channel();
    }

    private static InetSocketAddress socketAddress(TransportAddress address) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address.bytes()), address.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }

    private static String text(@Nullable Throwable cause) {
        return cause == null || cause.getMessage() == null ? "the connection failed" : cause.getMessage();
    }

    private void end(String why) {
        if (!ended) {
            ended = true;
            channel.close();
            owner.onEnd(why, loop.nowNanos());
        }
    }

    @Override
    public void send(ByteBuffer buffer, int offset, int length, boolean control) {
        if (!control && channel.bytesBeforeWritable() > 0 || ended) {
            return;
        }
        ByteBuf copy = channel.alloc().directBuffer(length).writeBytes(buffer.slice(offset, length));
        channel.writeAndFlush(copy, channel.voidPromise());
    }

    @Override
    public void close() {
        ended = true;
        channel.writeAndFlush(channel.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
    }

    /** Cuts the stream into messages. */
    private final class Reader extends ByteToMessageDecoder {
        private final boolean plain;

        Reader(boolean plain) {
            this.plain = plain;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws Exception {
            ctx.channel().config().setWriteBufferHighWaterMark(MOST_UNSENT);
            if (plain && !ended) {
                owner.onOpen(loop.nowNanos());
            }
            super.channelActive(ctx);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            if (event instanceof SslHandshakeCompletionEvent tls && !ended) {
                if (tls.isSuccess()) {
                    owner.onOpen(loop.nowNanos());
                } else {
                    end(text(tls.cause()));
                }
            }
            super.userEventTriggered(ctx, event);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            while (!ended && in.isReadable()) {
                ByteBuffer bytes = in.nioBuffer();
                int length = StreamFraming.next(bytes, bytes.position(), bytes.remaining());
                if (length == StreamFraming.BROKEN) {
                    end("the server sends what is neither STUN nor ChannelData");
                    return;
                }
                if (length == StreamFraming.INCOMPLETE || length > bytes.remaining()) {
                    return;
                }
                owner.onMessage(bytes, bytes.position(), length, loop.nowNanos());
                in.skipBytes(length);
            }
            if (ended) {
                in.skipBytes(in.readableBytes());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            end("the server closed the connection");
            super.channelInactive(ctx);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end(text(cause));
        }
    }
}
