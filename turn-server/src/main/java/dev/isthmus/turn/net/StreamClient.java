package dev.isthmus.turn.net;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.StreamFraming;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.server.TurnReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One TCP or TLS connection of a client: cuts the stream into messages, and sends what is for the client. */
final class StreamClient extends ChannelInboundHandlerAdapter implements ClientPath, Wheel.TimerHandler {
    /** No message that we relay is longer; what is, is skipped. */
    static final int LONGEST = 2400;
    /** Answers that a client lets lie; one that lets more lie is gone. */
    private static final long MOST_ANSWERS = 192 << 10;
    /** Time until the first whole message, TLS handshake included. */
    private static final long FIRST_MESSAGE = TimeUnit.SECONDS.toNanos(15);
    /** Time without a message and without an allocation. */
    private static final long IDLE = TimeUnit.SECONDS.toNanos(60);
    /** What is kept at most while a message waits: what a read brings, and what follows when the client closes. */
    private static final int MOST_KEPT = 128 << 10;
    /** By then a message has said that it is STUN. */
    private static final int COOKIE_END = 8;
    private static final byte[] NOTHING = {};
    private static final int DATA_INDICATION = StunType.of(TurnAttribute.METHOD_DATA, StunType.INDICATION);

    private final StreamClients clients;
    private final Channel channel;
    private final AddressKey key = new AddressKey();
    private final Wheel.Entry timer = new Wheel.Entry(this);
    private final Runnable flush;
    private byte[] rest = NOTHING;
    /** Bytes of a message that is too long that are still to come. */
    private int skip;
    private boolean flushing;
    /** What the connection has become once it is joined to a peer's. */
    private @Nullable Joined joined;
    private boolean spoken;
    private long heard;
    /** Messages are held back while the first of them cannot be judged yet. */
    private @Nullable Future<?> waiting;
    /** How many times something has waited; whatever ends an earlier wait comes too late. */
    private int waits;
    /** The first message has waited once. */
    private boolean again;
    /** Nothing is read as long as what was read is not earned yet. */
    private boolean paused;
    private long pausedUntil;

    StreamClient(StreamClients clients, Channel channel, TransportAddress remote, AddressKey.Transport transport) {
        this.clients = clients;
        this.channel = channel;
        this.flush = this::flushNow;
        key.setLocal(address((InetSocketAddress) channel.localAddress()));
        key.setRemote(remote);
        key.transport(transport);
        int unsent = clients.shared().unsent();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(unsent / 2, unsent));
    }

    static TransportAddress address(InetSocketAddress address) {
        return TransportAddress.of(address.getAddress().getAddress(), address.getPort());
    }

    AddressKey key() {
        return key;
    }

    void close() {
        channel.close();
    }

    Channel channel() {
        return channel;
    }

    /** Lets the connection become one half of two that are joined: no message is cut from it any more. */
    void become(Joined half) {
        clients.loop().wheel().cancel(timer);
        clients.closed(this);
        joined = half;
        channel.config().setAutoRead(true); // whatever this was held back for
        channel.flush();
        channel.pipeline().replace(this, "joined", half);
    }

    void accepted(long nowNanos) {
        heard = nowNanos;
        clients.loop().wheel().file(timer, nowNanos + FIRST_MESSAGE);
    }

    @Override
    public long onTimer(long nowNanos) {
        if (clients.hasAllocation(key)) {
            return nowNanos + IDLE;
        }
        long end = heard + (spoken ? IDLE : FIRST_MESSAGE);
        if (nowNanos < end) {
            return end;
        }
        clients.count(TurnReason.STREAM_IDLE);
        channel.close();
        return Deadline.NONE;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            take(bytes);
        } finally {
            bytes.release();
        }
    }

    private void take(ByteBuf bytes) {
        ByteBuffer scratch = clients.scratch();
        while (bytes.isReadable() && channel.isOpen() && joined == null && waiting == null) {
            int skipped = Math.min(skip, bytes.readableBytes());
            bytes.skipBytes(skipped);
            skip -= skipped;
            int have = rest.length;
            scratch.put(Datagram.HEADROOM, rest);
            int room = Math.min(bytes.readableBytes(), scratch.capacity() - Datagram.HEADROOM - have);
            bytes.readBytes(scratch.limit(Datagram.HEADROOM + have + room).position(Datagram.HEADROOM + have));
            scratch.clear();
            cut(scratch, Datagram.HEADROOM, Datagram.HEADROOM + have + room);
        }
        if (waiting != null && rest.length + bytes.readableBytes() > MOST_KEPT) {
            clients.count(TurnReason.STREAM_TOO_MUCH);
            channel.close();
        } else if (waiting != null && bytes.isReadable()) { // what one read brought
            byte[] all = Arrays.copyOf(rest, rest.length + bytes.readableBytes());
            bytes.readBytes(all, rest.length, bytes.readableBytes());
            rest = all;
        }
        Joined half = joined;
        if (half != null && (rest.length > 0 || bytes.isReadable())) { // what came behind the ConnectionBind
            half.pass(Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(rest), bytes.readRetainedSlice(bytes.readableBytes())));
        }
    }

    /** Hands over every whole message and keeps what is left. */
    private void cut(ByteBuffer buffer, int from, int end) {
        int at = from;
        int length = next(buffer, at, end);
        while (length > 0 && channel.isOpen() && joined == null) {
            if (length > LONGEST && buffer.get(at) < 0x40 && end - at < COOKIE_END) {
                break; // it may be no STUN at all
            }
            if (length > LONGEST) {
                clients.count(TurnReason.STREAM_MESSAGE_TOO_LONG);
                skip = Math.max(0, length - (end - at));
                at += length - skip;
            } else if (length > end - at) {
                break;
            } else {
                spoken = true;
                long now = clients.loop().nowNanos();
                heard = again ? heard : now;
                clients.onMessage(this, buffer, at, length, now);
                if (waiting != null) {
                    break;
                }
                again = false;
                at += length;
            }
            length = next(buffer, at, end);
        }
        if (length == StreamFraming.BROKEN && joined == null) {
            clients.count(TurnReason.STREAM_BROKEN);
            channel.close();
            at = end;
        }
        rest = at == end ? NOTHING : new byte[end - at];
        buffer.get(at, rest);
    }

    /** Nobody has a channel before the first request: what looks like its data is another protocol, HTTP for instance. */
    private int next(ByteBuffer buffer, int at, int end) {
        boolean early = !spoken && end > at && buffer.get(at) >= 0x40;
        return early ? StreamFraming.BROKEN : StreamFraming.next(buffer, at, end - at);
    }

    @Override
    public void later(Lookups.Answer until) {
        CompletionStage<?> running = until.running();
        if (again || running == null) {
            return; // nothing is waited for twice: it is dropped, and counted
        }
        int wait = ++waits;
        waiting = channel.eventLoop().schedule(() -> goOn(wait), until.waitNanos(), TimeUnit.NANOSECONDS);
        read();
        running.whenComplete((answer, failure) -> clients.loop().execute(() -> goOn(wait)));
    }

    /** Judges what waits once more, and what came behind it. */
    private void goOn(int wait) {
        Future<?> timeOut = waiting;
        if (timeOut == null || wait != waits) {
            return;
        }
        timeOut.cancel(false);
        waiting = null;
        again = true;
        ByteBuf kept = Unpooled.wrappedBuffer(rest);
        rest = NOTHING;
        take(kept);
        again = false;
        read();
    }

    @Override
    public void pause(long nanos) {
        pausedUntil = Math.max(pausedUntil, clients.loop().nowNanos() + nanos);
        if (!paused) {
            paused = true;
            read();
            channel.eventLoop().schedule(this::resume, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void resume() {
        long left = pausedUntil - clients.loop().nowNanos();
        if (left > 0) {
            channel.eventLoop().schedule(this::resume, left, TimeUnit.NANOSECONDS);
        } else {
            paused = false;
            read();
        }
    }

    private void read() {
        if (joined == null) {
            channel.config().setAutoRead(waiting == null && !paused);
        }
    }

    @Override
    public void send(AddressKey client, ByteBuffer bytes, int offset, int length, int traffic) {
        if (!channel.isOpen()) {
            return;
        }
        boolean channelData = bytes.get(offset) >= 0x40;
        if (!channel.isWritable() && (channelData || bytes.getShort(offset) == DATA_INDICATION)) {
            clients.count(TurnReason.SLOW_CLIENT);
            return;
        }
        if (channel.bytesBeforeWritable() > MOST_ANSWERS) {
            clients.count(TurnReason.STREAM_STALLED);
            channel.close();
            return;
        }
        int padding = channelData ? -length & 3 : 0;
        ByteBuf out = channel.alloc().directBuffer(length + padding);
        ByteBuffer target = out.internalNioBuffer(0, length);
        target.put(target.position(), bytes, offset, length); // its limit is not ours to move: another loop may be writing into the same ring
        out.writerIndex(length).writeZero(padding);
        channel.write(out, channel.voidPromise());
        if (!flushing) {
            flushing = true;
            channel.eventLoop().execute(flush); // once a turn, after everything of the turn has been written
        }
    }

    private void flushNow() {
        flushing = false;
        channel.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent) {
            channel.close(); // who has said good-bye waits for us
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        clients.loop().wheel().cancel(timer);
        Future<?> timeOut = waiting;
        if (timeOut != null) {
            timeOut.cancel(false);
            waiting = null;
            rest = NOTHING;
        }
        clients.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (channel.isOpen()) {
            clients.count(TurnReason.STREAM_FAILED);
            channel.close();
        }
    }

    /** The longest that a message may become by what is added in front of it. */
    static int scratchBytes() {
        return Datagram.HEADROOM + LONGEST + (64 << 10) + ChannelData.HEADER_LENGTH;
    }
}
