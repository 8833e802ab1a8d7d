package dev.isthmus.gateway.web;

import dev.isthmus.ice.net.TransportAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** The HTTP listener, on a front loop of its own: nothing here runs on a media loop. */
public final class HttpServer implements AutoCloseable {
    private static final int LARGEST_BODY = 128 * 1024;
    private static final int IDLE_SECONDS = 60;
    private static final ThreadFactory FRONT = task -> new Thread(task, "front-0");
    private final EventLoopGroup loop;
    private final Channel channel;

    private HttpServer(EventLoopGroup loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    /** Listens; the exception names the port that could not be opened. */
    public static HttpServer start(TransportAddress address, Api api) throws IOException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, FRONT, EpollIoHandler.newFactory());
        ServerBootstrap bootstrap = new ServerBootstrap().group(loop).channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true).childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection.pipeline().addLast(new ReadTimeoutHandler(IDLE_SECONDS), new HttpServerCodec(),
                                new HttpObjectAggregator(LARGEST_BODY), new Handler(api));
                    }
                });
        try {
            Channel channel = bootstrap.bind(new InetSocketAddress(address.host(), address.port())).sync().channel();
            return new HttpServer(loop, channel);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (Exception e) { // Netty throws the channel's IOException without declaring it
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException("cannot open tcp " + address + ": " + e.getMessage(), e);
        }
    }

    /** Returns the real port. */
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private static final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final Api api;

        Handler(Api api) {
            this.api = api;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            boolean keep = HttpUtil.isKeepAlive(request);
            if (!request.decoderResult().isSuccess() || !request.uri().startsWith("/")) {
                write(context, Reply.text(400, "bad request"), false);
                return;
            }
            Map<String, String> headers = new HashMap<>();
            request.headers().forEach(h -> headers.put(h.getKey().toLowerCase(Locale.ROOT), h.getValue()));
            String body = request.content().toString(StandardCharsets.UTF_8);
            answer(new Api.Request(request.method().name(), request.uri(), headers, body), context)
                    .thenAccept(reply -> context.executor().execute(() -> write(context, reply, keep)));
        }

        private CompletableFuture<Reply> answer(Api.Request request, ChannelHandlerContext context) {
            try {
                return api.handle(request, context.executor());
            } catch (RuntimeException e) { // a bug of ours, but the caller is owed an answer
                LoggerFactory.getLogger(HttpServer.class).error("a request failed", e);
                return CompletableFuture.completedFuture(Reply.text(500, "internal error"));
            }
        }

        private static void write(ChannelHandlerContext context, Reply reply, boolean keep) {
            FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()),
                    Unpooled.wrappedBuffer(reply.body()));
            if (!reply.contentType().isEmpty()) {
                response.headers().set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
            }
            if (reply.status() != 204) {
                response.headers().set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
            }
            reply.headers().forEach((name, value) -> response.headers().set(name, value));
            HttpUtil.setKeepAlive(response, keep);
            var written = context.writeAndFlush(response);
            if (!keep) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
