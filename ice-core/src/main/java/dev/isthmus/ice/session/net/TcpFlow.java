package dev.isthmus.ice.session.net;

import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.time.Deadline;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One TCP connection between two candidates (RFC 6544): messages and data in frames of RFC 4571. */
final class TcpFlow {
    /** Hears of a connection; called on the loop. */
    interface Owner {
        void onFrame(TcpFlow flow, ByteBuffer buffer, int offset, int length, long nowNanos);

        /** It has ended, or could not be made; called once, and not after {@link TcpFlow#close}. */
        void onEnd(TcpFlow flow, long nowNanos);
    }

    private static final int LENGTH_BYTES = 2;
    private static final int LONGEST = 65_535;
    private static final int CONNECT_MILLIS = 10_000;
    /** What has not been authenticated by then is closed. */
    private static final long PROOF = TimeUnit.SECONDS.toNanos(10);
    /** More than this unsent, and the newest media is dropped. */
    private static final int MOST_UNSENT = 64 * 1024;
    private static final int MOST_EARLY = 8;

    private final Loop loop;
    private final TransportAddress base;
    private final TransportAddress remote;
    private final Channel channel;
    private final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    /** What waits for the connection. */
    private final List<ByteBuf> early = new ArrayList<>();
    private Owner owner;
    private boolean proven;
    private boolean ended;

    /** Takes a connection that was accepted at a passive candidate's address. */
    TcpFlow(Loop loop, Channel accepted, TransportAddress base, Owner owner) {
        this.loop = loop;
        this.owner = owner;
        this.base = base;
        this.channel = accepted;
        InetSocketAddress from = (InetSocketAddress) accepted.remoteAddress();
        this.remote = TransportAddress.of(from.getAddress().getAddress(), from.getPort()).overTcp();
        accepted.config().setOption(ChannelOption.TCP_NODELAY, true);
        equip(accepted);
        loop.wheel().file(timer, loop.nowNanos() + PROOF);
    }

    /** Connects from an active candidate's host to a passive candidate of the peer. */
    TcpFlow(Loop loop, TransportAddress base, TransportAddress remote, Owner owner) {
        this.loop = loop;
        this.owner = owner;
        this.base = base;
        this.remote = remote;
        this.channel = new Bootstrap().group(loop.netty()).channel(EpollSocketChannel.class).option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS).handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        equip(made);
                    }
                }).connect(new InetSocketAddress(remote.host(), remote.port()), new InetSocketAddress(base.host(), 0))
                .addListener((ChannelFutureListener) done -> {
                    if (!done.isSuccess()) {
                        loop.execute(this::end);
                    }
                }).channel();
        loop.wheel().file(timer, loop.nowNanos() + PROOF);
    }

    private void equip(Channel made) {
        made.config().setWriteBufferHighWaterMark(MOST_UNSENT);
        made.pipeline().addLast(new LengthFieldBasedFrameDecoder(LENGTH_BYTES + LONGEST, 0, LENGTH_BYTES, 0, LENGTH_BYTES), new Reader());
    }

    private long onTimer(long nowNanos) {
        end();
        return Deadline.NONE;
    }

    TransportAddress base() {
        return base;
    }

    TransportAddress remote() {
        return remote;
    }

    /** Gives the connection to the session that its first message names. */
    void owner(Owner session) {
        owner = session;
    }

    boolean isProven() {
        return proven;
    }

    /** The peer has shown that it knows the password. */
    void prove() {
        proven = true;
        loop.wheel().cancel(timer);
    }

    /**
     * Sends a frame; the bytes are copied.
     *
     * @param control whether it is never dropped
     */
    void send(ByteBuffer buffer, int offset, int length, boolean control) {
        boolean full = channel.isActive() ? !control && channel.bytesBeforeWritable() > 0 : early.size() >= MOST_EARLY;
        if (ended || full || length > LONGEST) {
            return;
        }
        ByteBuf frame = channel.alloc().directBuffer(LENGTH_BYTES + length).writeShort(length).writeBytes(buffer.slice(offset, length));
        if (channel.isActive()) {
            channel.writeAndFlush(frame, channel.voidPromise());
        } else {
            early.add(frame);
        }
    }

    private void end() {
        if (!ended) {
            close();
            owner.onEnd(this, loop.nowNanos());
        }
    }

    /** Closes it; the owner hears no more of it. */
    void close() {
        ended = true;
        loop.wheel().cancel(timer);
        early.forEach(ByteBuf::release);
        early.clear();
        if (channel.isRegistered()) { // one that could not even be made is not
            channel.close();
        }
    }

    /** Takes frames out of the stream. */
    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            early.forEach(frame -> context.channel().write(frame, context.channel().voidPromise()));
            early.clear();
            context.channel().flush();
            super.channelActive(context);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf frame = (ByteBuf) message;
            try {
                if (!ended && frame.isReadable()) {
                    ByteBuffer bytes = frame.nioBuffer();
                    owner.onFrame(TcpFlow.this, bytes, bytes.position(), bytes.remaining(), loop.nowNanos());
                }
            } finally {
                frame.release();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            end();
            super.channelInactive(context);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            end(); // a broken frame, or a reset connection
        }
    }
}
