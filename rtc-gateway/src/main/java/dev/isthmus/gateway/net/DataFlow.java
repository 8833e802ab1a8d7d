package dev.isthmus.gateway.net;

import java.util.concurrent.TimeUnit;
import dev.isthmus.gateway.bridge.DataEndpoint;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The way of one data channel to its endpoint: a connected socket, of UDP or TCP, on the call's loop. */
final class DataFlow {
    /** What happens, told on the loop. */
    interface Owner {
        /** Messages may be sent, or have to wait. */
        void onWritable(boolean now);

        /** A message of the endpoint has come. */
        void onMessage(byte[] message);

        /** A message was too long. */
        void onTooLong();

        /** The network says that a message did not arrive; others may. */
        void onFault(String why);

        /** The flow is over: the endpoint has ended it, or could not be reached: then the text says why. */
        void onEnd(@Nullable String why);
    }

    private static final int CONNECT_MILLIS = 10_000;
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(256 * 1024, 1 << 20);
    private static final int LONGEST_DATAGRAM = 65_507;
    private static final int LENGTH_FIELD = 4;
    private static final int LINGER_SECONDS = 10;
    private final Loop loop;
    private final DataEndpoint endpoint;
    private final Owner owner;
    private final Channel channel;
    private boolean ended;

    /** Opens it. */
    DataFlow(Loop loop, DataEndpoint endpoint, int longestMessage, Owner owner) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.owner = owner;
        InetSocketAddress address = socketAddress(Objects.requireNonNull(endpoint.address()));
        boolean udp = endpoint.transport() == DataEndpoint.Transport.UDP;
        Bootstrap bootstrap = new Bootstrap().group(loop.netty()).option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT);
        if (udp) {
            bootstrap.channel(EpollDatagramChannel.class).option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(1 << 16));
        } else {
            bootstrap.channel(EpollSocketChannel.class).option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
        }
        this.channel = bootstrap.handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel made) {
                if (!udp) {
                    made.pipeline().addLast(endpoint.framing() == DataEndpoint.Framing.LINE
                            ? new LineBasedFrameDecoder(longestMessage, true, true)
                            : new LengthFieldBasedFrameDecoder(longestMessage + LENGTH_FIELD, 0, LENGTH_FIELD, 0, LENGTH_FIELD));
                }
                made.pipeline().addLast(new Reader());
            }
        }).connect(address).addListener((ChannelFutureListener) done -> {
            if (done.isSuccess()) {
                owner.onWritable(true);
            } else {
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

    private void end(@Nullable String why) {
        if (!ended) {
            ended = true;
            owner.onEnd(why);
        }
    }

    /** Returns whether a message can be told apart from others there. */
    boolean fits(byte[] message) {
        if (endpoint.transport() == DataEndpoint.Transport.UDP) {
            return message.length > 0 && message.length <= LONGEST_DATAGRAM; // the transport takes no empty ones
        }
        for (int i = 0; endpoint.framing() == DataEndpoint.Framing.LINE && i < message.length; i++) {
            if (message[i] == '\n') {
                return false;
            }
        }
        return true;
    }

    /** Sends a message; on the loop. */
    void send(byte[] message) {
        ByteBuf framed = Unpooled.wrappedBuffer(message);
        if (endpoint.transport() == DataEndpoint.Transport.TCP) {
            framed = endpoint.framing() == DataEndpoint.Framing.LINE
                    ? Unpooled.wrappedBuffer(framed, Unpooled.wrappedBuffer(new byte[]{'\n'}))
                    : Unpooled.wrappedBuffer(Unpooled.copyInt(message.length), framed);
        }
        channel.writeAndFlush(framed, channel.voidPromise());
    }

    /** Says whether the endpoint is read; on the loop. */
    void read(boolean now) {
        if (!ended && channel.isOpen()) {
            channel.config().setAutoRead(now);
        }
    }

    /** Ends it, when what was sent has left; on the loop. */
    void close() {
        ended = true;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        loop.netty().schedule(() -> {
            channel.close();
        }, LINGER_SECONDS, TimeUnit.SECONDS); // of an endpoint that does not read any more
    }

    private final class Reader extends SimpleChannelInboundHandler<Object> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = message instanceof DatagramPacket datagram ? datagram.content() : (ByteBuf) message;
            if (!ended) {
                owner.onMessage(ByteBufUtil.getBytes(bytes));
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (!ended) {
                owner.onWritable(ctx.channel().isWritable());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end(null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            boolean tooLong = cause instanceof TooLongFrameException;
            if (tooLong && !ended) {
                owner.onTooLong();
            }
            if (endpoint.transport() == DataEndpoint.Transport.TCP) {
                ctx.close();
                end(text(cause));
            } else {
                owner.onFault(text(cause)); // nobody listens there, yet
            }
        }
    }
}
