package dev.isthmus.ice.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells when this host's addresses change: the kernel says so on a netlink socket (rtnetlink(7)). A link-local address is none that a peer could
 * use without knowing our interfaces.
 */
public final class AddressWatch implements EpollIoHandle, AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    /** RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR. */
    private static final int GROUPS = 0x1 | 0x10 | 0x100;
    private static final int NAME_BYTES = 12;
    private static final int ROOM = 32 * 1024;
    private final Consumer<List<TransportAddress>> listener;
    private final FileDescriptor descriptor;
    private final IoRegistration registration;
    private final MemorySegment room = Arena.ofAuto().allocate(ROOM);
    private final Libc.Errno errno = new Libc.Errno();
    private boolean closed;

    /** Begins to watch, on the loop's thread, which calls the listener with all addresses, each with port 0, whenever one may have changed. */
    public AddressWatch(Loop loop, Consumer<List<TransportAddress>> listener) throws PortException {
        this.listener = listener;
        int fd = Libc.socket(AF_NETLINK, SOCK_RAW | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new PortException("cannot open a netlink socket: errno " + -fd, false);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES, 8);
            name.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            name.set(ValueLayout.JAVA_INT, 8, GROUPS);
            int result = Libc.bind(fd, name, NAME_BYTES);
            if (result < 0) {
                Libc.close(fd);
                throw new PortException("cannot watch addresses: errno " + -result, false);
            }
        }
        descriptor = new FileDescriptor(fd);
        registration = loop.register(this);
        registration.submit(EpollIoOps.EPOLLIN);
    }

    /** Returns the addresses of this host that peers may be told, each with port 0: those of interfaces that are up, but not of loopback. */
    public static List<TransportAddress> present() {
        List<TransportAddress> found = new ArrayList<>();
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (isUsable(each)) {
                    Collections.list(each.getInetAddresses()).stream().filter(AddressWatch::isUsable)
                            .forEach(address -> found.add(TransportAddress.of(address.getAddress(), 0)));
                }
            }
        } catch (SocketException e) {
            // there is none at all
        }
        return found;
    }

    private static boolean isUsable(NetworkInterface each) {
        try {
            return each.isUp() && !each.isLoopback();
        } catch (SocketException e) {
            return false; // it went away meanwhile
        }
    }

    private static boolean isUsable(InetAddress address) {
        return !address.isLinkLocalAddress() && !address.isLoopbackAddress() && !address.isMulticastAddress();
    }

    @Override
    public void handle(IoRegistration origin, IoEvent event) {
        while (Libc.read(errno, descriptor.intValue(), room.address(), ROOM) > 0) {
            // what has changed is seen by looking; ENOBUFS would only mean that it was much
        }
        if (!closed) {
            listener.accept(present()); // unchanged ones too: an address of IPv6 is there before it can be used
        }
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    /** Ends it; on the loop's thread. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            registration.cancel();
            Libc.close(descriptor.intValue());
        }
    }
}
