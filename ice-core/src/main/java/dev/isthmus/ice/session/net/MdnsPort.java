package dev.isthmus.ice.session.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.mdns.Mdns;
import dev.isthmus.ice.mdns.MdnsReason;
import dev.isthmus.ice.mdns.MdnsTransmit;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.time.RandomSource;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Multicast DNS on the interfaces of our hosts, one socket each. On the loop's thread. */
final class MdnsPort {
    private static final TransportAddress GROUP4 = TransportAddress.ipv4(0xE00000FB, Mdns.PORT);
    private static final TransportAddress GROUP6 = TransportAddress.ipv6(0xff02L << 48, 0xfb, Mdns.PORT);
    private static final int HOPS = 255;
    private final Loop loop;
    private final Mdns mdns;
    private final Counters<MdnsReason> counters = new Counters<>(MdnsReason.class);
    private final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    /** The index of each, by name and family: an interface that is made anew under its old name is another one. */
    private final Map<String, Integer> interfaces = new HashMap<>();
    private boolean closed;
    private final List<Socket> sockets = new ArrayList<>();

    /** A socket on an interface, and the group that is spoken to from there. */
    private record Socket(EpollDatagramChannel channel, TransportAddress group, int index) {}

    MdnsPort(Loop loop, RandomSource random) {
        this.loop = loop;
        this.mdns = new Mdns(random, counters);
    }

    Counters<MdnsReason> counters() {
        return counters;
    }

    /** Speaks on the interface of a host of ours too. */
    void join(TransportAddress host) {
        try {
            NetworkInterface network = NetworkInterface.getByInetAddress(InetAddress.getByAddress(host.bytes()));
            Integer before = network == null ? null : interfaces.put(network.getName() + host.ipv4(), network.getIndex());
            if (before != null && network != null && before != network.getIndex()) {
                leave(before, host.ipv4());
            }
            if (network != null && !Objects.equals(before, network.getIndex())) {
                open(host.ipv4(), network);
            }
        } catch (SocketException | UnknownHostException e) {
            // the host is gone again: nobody asks there
        }
    }

    /** The interface is not there any more. */
    private void leave(int index, boolean ipv4) {
        sockets.stream().filter(socket -> socket.index == index && socket.group.ipv4() == ipv4).forEach(socket -> socket.channel.close());
        sockets.removeIf(socket -> socket.index == index && socket.group.ipv4() == ipv4);
    }

    private void open(boolean ipv4, NetworkInterface network) {
        TransportAddress group = ipv4 ? GROUP4 : GROUP6;
        new Bootstrap().group(loop.netty())
                .channelFactory(() -> new EpollDatagramChannel(ipv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6))
                .option(ChannelOption.SO_REUSEADDR, true).option(ChannelOption.IP_MULTICAST_IF, network)
                .option(ChannelOption.IP_MULTICAST_TTL, HOPS).handler(new Reader(network))
                .bind(socketAddress(TransportAddress.wildcard(ipv4).withPort(Mdns.PORT)))
                .addListener((ChannelFutureListener) bound -> {
                    if (closed) {
                        bound.channel().close();
                    } else if (bound.isSuccess()) {
                        EpollDatagramChannel channel = (EpollDatagramChannel) bound.channel();
                        channel.joinGroup(socketAddress(group), network);
                        sockets.add(new Socket(channel, group, network.getIndex()));
                        mdns.repeat();
                        settle();
                    }
                });
    }

    private static InetSocketAddress socketAddress(TransportAddress address) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address.bytes()), address.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }

    /** RFC 6762, section 11: only what comes from the interface's own network is listened to, and answered there. */
    private final class Reader extends SimpleChannelInboundHandler<DatagramPacket> {
        private final String name;

        Reader(NetworkInterface network) {
            name = network.getName();
        }

        private boolean isNear(InetAddress sender) {
            return sender.isLinkLocalAddress()
                    || addresses().stream().anyMatch(each -> shares(each.getAddress().getAddress(), sender.getAddress(),
                            each.getNetworkPrefixLength()));
        }

        /** Those of now: they change. */
        private List<InterfaceAddress> addresses() {
            try {
                NetworkInterface network = NetworkInterface.getByName(name);
                return network == null ? List.of() : network.getInterfaceAddresses();
            } catch (SocketException e) {
                return List.of();
            }
        }

        private static boolean shares(byte[] one, byte[] other, int bits) {
            if (one.length != other.length || bits <= 0) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                if (((one[i >> 3] ^ other[i >> 3]) & 0x80 >> (i & 7)) != 0) {
                    return false;
                }
            }
            return true;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            InetSocketAddress sender = packet.sender();
            if (!isNear(sender.getAddress())) {
                counters.count(MdnsReason.OFF_LINK);
                return;
            }
            mdns.onPacket(ByteBufUtil.getBytes(packet.content()), TransportAddress.of(sender.getAddress().getAddress(), sender.getPort()),
                    loop.nowNanos());
            drain((EpollDatagramChannel) context.channel(), sender);
            settle();
        }
    }

    /** Asks for a name; the address comes once, or null. */
    void resolve(String name, Consumer<@Nullable TransportAddress> answer) {
        mdns.resolve(name, loop.nowNanos(), answer);
        settle();
    }

    /** Makes a name for a host of ours. */
    String offer(TransportAddress host) {
        return mdns.offer(host);
    }

    void withdraw(String name) {
        mdns.withdraw(name);
    }

    private long onTimer(long nowNanos) {
        mdns.onTimeout(nowNanos);
        drain(null, null);
        return mdns.nextDeadline();
    }

    private void settle() {
        drain(null, null);
        loop.wheel().file(timer, mdns.nextDeadline());
    }

    /** Sends what is for everybody on all interfaces, and what is for an asker to it alone. */
    private void drain(@Nullable EpollDatagramChannel channel, @Nullable InetSocketAddress asker) {
        for (MdnsTransmit t = mdns.pollTransmit(); t != null; t = mdns.pollTransmit()) {
            if (t.to() != null && channel != null && asker != null) {
                channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(t.bytes()), asker));
            } else if (t.to() == null) {
                for (Socket socket : sockets) {
                    socket.channel().writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(t.bytes()), socketAddress(socket.group())));
                }
            }
        }
    }

    void close() {
        closed = true;
        loop.wheel().cancel(timer);
        sockets.forEach(socket -> socket.channel().close());
        sockets.clear();
    }
}
