package dev.isthmus.ice.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One UDP socket of a loop: read with recvmmsg, written with sendmmsg, registered with Netty's epoll. Sending is queued and leaves at the end
 * of the loop's turn. On a wildcard address it learns each datagram's local address and answers from it. Used on its loop's thread only,
 * except {@link #kernelDrops}.
 */
public final class UdpPort implements EpollIoHandle {
    /** More datagrams than this a wake-up would starve the loop's other ports; epoll tells again. */
    private static final int DATAGRAMS = 256;

    /**
     * How a socket is set up.
     *
     * @param reusePort whether several sockets share the address (SO_REUSEPORT)
     * @param receiveBuffer bytes asked for, or 0 for the kernel's default
     * @param sendBuffer bytes asked for, or 0 for the kernel's default
     * @param trains whether datagrams of one flow may cross the kernel together (GRO and segmentation offload), where it can do that
     * @param traffic whether each datagram says with which DSCP and ECN bits it came
     * @param errors whether the handler is told of ICMP errors
     */
    public record Options(boolean reusePort, int receiveBuffer, int sendBuffer, boolean trains, boolean traffic, boolean errors) {
        /** Alone on its port, with the kernel's buffers. */
        public static final Options DEFAULT = new Options(false, 0, 0, false);

        /** Creates options without traffic classes and ICMP errors. */
        public Options(boolean reusePort, int receiveBuffer, int sendBuffer, boolean trains) {
            this(reusePort, receiveBuffer, sendBuffer, trains, false, false);
        }

        /** Returns these options with trains or without. */
        public Options withTrains(boolean together) {
            return new Options(reusePort, receiveBuffer, sendBuffer, together, traffic, errors);
        }

        /** Returns these options with traffic classes or without. */
        public Options withTraffic(boolean kept) {
            return new Options(reusePort, receiveBuffer, sendBuffer, trains, kept, errors);
        }

        /** Returns these options with ICMP errors or without. */
        public Options withErrors(boolean told) {
            return new Options(reusePort, receiveBuffer, sendBuffer, trains, traffic, told);
        }
    }

    private final Loop loop;
    private final FileDescriptor descriptor;
    private final int fd;
    private final TransportAddress local;
    private final boolean wildcard;
    private final boolean trains;
    private final Options options;
    private final DatagramHandler handler;
    private @Nullable IoRegistration registration;
    private volatile boolean open = true;

    private UdpPort(Loop loop, int fd, TransportAddress local, boolean trains, Options options, DatagramHandler handler) {
        this.loop = loop;
        this.descriptor = new FileDescriptor(fd);
        this.fd = fd;
        this.local = local;
        this.wildcard = local.isWildcard();
        this.trains = trains;
        this.options = options;
        this.handler = handler;
    }

    /** Opens a socket on the address and registers it. Port 0 takes any free port. Call on the loop's thread. */
    public static UdpPort bind(Loop loop, TransportAddress address, Options options, DatagramHandler handler) throws PortException {
        return register(loop, open(address, options), options, handler);
    }

    /** Opens a socket on the address that nobody reads yet; from any thread. */
    public static HeldPort hold(TransportAddress address, Options options) throws PortException {
        return new HeldPort(open(address, options));
    }

    private static int open(TransportAddress address, Options options) throws PortException {
        int fd = Libc.socket(address.ipv4() ? Libc.AF_INET : Libc.AF_INET6,
                Libc.SOCK_DGRAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new PortException("cannot open a UDP socket for " + address + ": errno " + -fd, false);
        }
        if (options.reusePort()) {
            Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 1);
        }
        if (options.receiveBuffer() > 0) {
            Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, options.receiveBuffer());
        }
        if (options.sendBuffer() > 0) {
            Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUF, options.sendBuffer());
        }
        if (!address.ipv4()) {
            Libc.setsockopt(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, 1);
        }
        int result = bind(fd, address);
        if (result < 0) {
            Libc.close(fd);
            boolean inUse = result == -Libc.EADDRINUSE;
            throw new PortException("cannot open udp " + address + ": "
                    + (inUse ? "the port is in use" : result == -Libc.EADDRNOTAVAIL ? "no such address here" : "errno " + -result), inUse);
        }
        return fd;
    }

    /** Takes over an open, bound UDP socket (socket activation) and registers it. Call on the loop's thread. */
    public static UdpPort adopt(Loop loop, int fd, Options options, DatagramHandler handler) throws PortException {
        Libc.fcntl(fd, Libc.F_SETFL, Libc.fcntl(fd, Libc.F_GETFL, 0) | Libc.O_NONBLOCK);
        return register(loop, fd, options, handler);
    }

    static int bind(int fd, TransportAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(SockAddr.ROOM, 8);
            int length = SockAddr.write(name.asByteBuffer(), 0, address);
            return Libc.bind(fd, name, length);
        }
    }

    private static void set(int fd, boolean ipv4, int option, int option6, int value) {
        Libc.setsockopt(fd, ipv4 ? Libc.IPPROTO_IP : Libc.IPPROTO_IPV6, ipv4 ? option : option6, value);
    }

    private static UdpPort register(Loop loop, int fd, Options options, DatagramHandler handler) throws PortException {
        try {
            return registered(loop, fd, options, handler);
        } catch (PortException | IllegalStateException e) {
            Libc.close(fd);
            throw e instanceof PortException p ? p : new PortException("cannot watch a UDP socket: " + e.getMessage(), false);
        }
    }

    private static UdpPort registered(Loop loop, int fd, Options options, DatagramHandler handler) throws PortException {
        TransportAddress local = Descriptors.localAddress(fd);
        set(fd, local.ipv4(), Libc.IP_MTU_DISCOVER, Libc.IPV6_MTU_DISCOVER, Libc.IP_PMTUDISC_DONT);
        if (options.traffic()) {
            set(fd, local.ipv4(), Libc.IP_RECVTOS, Libc.IPV6_RECVTCLASS, 1);
        }
        if (options.errors()) {
            set(fd, local.ipv4(), Libc.IP_RECVERR, Libc.IPV6_RECVERR, 1);
        }
        // A kernel that has GRO has segmentation offload too.
        boolean together = options.trains() && Libc.setsockopt(fd, Libc.SOL_UDP, Libc.UDP_GRO, 1) == 0;
        if (together) {
            loop.input().expectTrains();
        }
        UdpPort port = new UdpPort(loop, fd, local, together, options, handler);
        if (port.wildcard) {
            set(fd, local.ipv4(), Libc.IP_PKTINFO, Libc.IPV6_RECVPKTINFO, 1);
        }
        IoRegistration registration = loop.register(port);
        port.registration = registration;
        registration.submit(EpollIoOps.EPOLLIN);
        if (options.errors() && handler.watchesRoutes()) {
            loop.reportErrors(port);
        }
        return port;
    }

    /** Returns the bound address; its port is the real one also when 0 was asked for. */
    public TransportAddress local() {
        return local;
    }

    /** Returns the loop that owns this port. */
    public Loop loop() {
        return loop;
    }

    /** Queues a datagram to the key's remote side. The bytes are copied. */
    public void send(AddressKey to, ByteBuffer source, int offset, int length) {
        send(to, source, offset, length, 0);
    }

    /** Queues a datagram to the key's remote side, with these DSCP and ECN bits. The bytes are copied. */
    public void send(AddressKey to, ByteBuffer source, int offset, int length, int traffic) {
        if (open) {
            loop.output().add(this, to, source, offset, length, traffic);
        }
    }

    /** Sends a datagram at once that no router may fragment (the DF bit of IPv4); one that is too long for the first link is lost. */
    public void sendUnfragmented(AddressKey to, ByteBuffer source, int offset, int length, int traffic) {
        if (!open) {
            return;
        }
        SendBatch output = loop.output();
        output.flush(); // the option holds for the socket, not for a datagram
        set(fd, local.ipv4(), Libc.IP_MTU_DISCOVER, Libc.IPV6_MTU_DISCOVER, Libc.IP_PMTUDISC_PROBE);
        output.add(this, to, source, offset, length, traffic);
        output.flush();
        set(fd, local.ipv4(), Libc.IP_MTU_DISCOVER, Libc.IPV6_MTU_DISCOVER, Libc.IP_PMTUDISC_DONT);
    }

    /** Returns how many datagrams the kernel dropped for this socket because its buffer was full; 0 after closing. */
    public long kernelDrops() {
        if (!open) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(4 * 9, 4);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 4 * 9);
            int r = Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_MEMINFO, values, length);
            return r < 0 ? 0 : values.get(ValueLayout.JAVA_INT, 4 * 8) & 0xffffffffL;
        }
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration ready, IoEvent event) {
        if (options.errors() && ((EpollIoEvent) event).ops().contains(EpollIoOps.EPOLLERR)) {
            loop.input().receiveErrors(this);
        }
        int handled = 0;
        int read = 1;
        while (handled < DATAGRAMS && read > 0 && open) {
            read = loop.input().receive(this);
            handled += read;
        }
    }

    int descriptor() {
        return fd;
    }

    boolean trains() {
        return trains;
    }

    boolean wildcard() {
        return wildcard;
    }

    boolean keepsTraffic() {
        return options.traffic();
    }

    boolean asksForErrors() {
        return options.errors();
    }

    boolean isOpen() {
        return open;
    }

    void deliver(Datagram datagram, long nowNanos) {
        handler.onDatagram(datagram, nowNanos);
    }

    void deliver(IcmpError error, long nowNanos) {
        handler.onIcmp(error, nowNanos);
    }

    void deliverUnreachable(TransportAddress remote, long nowNanos) {
        if (open) {
            handler.onUnreachable(local, remote, nowNanos);
        }
    }

    /** Sends what is queued, leaves the loop and closes the socket. */
    @Override
    public void close() {
        if (open) {
            loop.output().flush();
            open = false;
            loop.forget(this);
            IoRegistration r = registration;
            if (r != null) {
                r.cancel();
            }
            Libc.close(fd);
        }
    }
}
