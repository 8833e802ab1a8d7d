package dev.isthmus.ice.net;

/** TCP sockets that Netty's own channels are made of: of one address family, so that no IPv4 address comes mapped into IPv6. */
public final class StreamPort {
    private StreamPort() {}

    /**
     * Opens a listening socket at once and returns its descriptor. Others of this process may bind the same address to connect from it.
     *
     * @param backlog how many connections the kernel accepts ahead
     */
    public static int listen(TransportAddress address, int backlog) throws PortException {
        int fd = Libc.socket(address.ipv4() ? Libc.AF_INET : Libc.AF_INET6,
                Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new PortException("cannot open a TCP socket for " + address + ": errno " + -fd, false);
        }
        Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
        if (!address.ipv4()) {
            Libc.setsockopt(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, 1);
        }
        int result = UdpPort.bind(fd, address);
        result = result < 0 ? result : Libc.listen(fd, backlog);
        if (result < 0) {
            Libc.close(fd);
            throw new PortException("cannot open tcp " + address + ": errno " + -result, result == -Libc.EADDRINUSE);
        }
        Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 1); // not before: nobody else may be listening there
        return fd;
    }
}
