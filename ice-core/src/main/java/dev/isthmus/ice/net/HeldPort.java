package dev.isthmus.ice.net;

/** A bound UDP socket that nobody reads yet: it keeps a port until a loop takes it over. May be closed from any thread. */
public final class HeldPort {
    private final int fd;
    private boolean done;

    HeldPort(int fd) {
        this.fd = fd;
    }

    /** Registers the socket with a loop, on the loop's thread; this object is of no more use then. */
    public synchronized UdpPort open(Loop loop, UdpPort.Options options, DatagramHandler handler) throws PortException {
        if (done) {
            throw new PortException("the held port is closed", false);
        }
        done = true;
        return UdpPort.adopt(loop, fd, options, handler);
    }

    /** Gives the port up. */
    public synchronized void close() {
        if (!done) {
            done = true;
            Libc.close(fd);
        }
    }
}
