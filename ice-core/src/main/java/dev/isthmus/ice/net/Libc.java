package dev.isthmus.ice.net;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Collections;

/**
 * The system calls that Netty's channels lack, through the foreign-function API. Every call returns the call's own result, or the negated errno
 * when it failed. Pointers are plain addresses, so that a call leaves no garbage.
 *
 * <p>They go through the C library's {@code syscall}: the wrappers of {@code recvmmsg} and {@code sendmmsg} would make the thread cancellable and
 * back with two atomic operations that Java has no use for.
 */
final class Libc {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SO_TYPE = 3;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_REUSEPORT = 15;
    static final int SO_MEMINFO = 55;
    static final int IPPROTO_IP = 0;
    static final int IP_TOS = 1;
    static final int IP_PKTINFO = 8;
    static final int IP_MTU_DISCOVER = 10;
    static final int IP_RECVERR = 11;
    static final int IP_RECVTOS = 13;
    static final int IP_PMTUDISC_DONT = 0;
    static final int IP_PMTUDISC_PROBE = 3;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_MTU_DISCOVER = 23;
    static final int IPV6_RECVERR = 25;
    static final int IPV6_V6ONLY = 26;
    static final int IPV6_RECVPKTINFO = 49;
    static final int IPV6_PKTINFO = 50;
    static final int IPV6_RECVTCLASS = 66;
    static final int IPV6_TCLASS = 67;
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_ERRQUEUE = 0x2000;
    static final int MSG_CTRUNC = 0x8;
    static final int PROT_READ_WRITE = 3;
    static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    static final int CLOCK_MONOTONIC = 1;
    static final int F_GETFL = 3;
    static final int F_SETFL = 4;
    static final int SOCK_STREAM = 1;
    static final int SO_REUSEADDR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int TFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EINVAL = 22;
    static final int EMSGSIZE = 90;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETUNREACH = 101;
    static final int ECONNREFUSED = 111;
    static final int EHOSTUNREACH = 113;

    /** One shape for every call, since each shape that is linked costs milliseconds at the start. */
    private static final MethodHandle SYSCALL = link();
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final long READ = ARM ? 63 : 0;
    private static final long CLOSE = ARM ? 57 : 3;
    private static final long MMAP = ARM ? 222 : 9;
    private static final long MUNMAP = ARM ? 215 : 11;
    private static final long SOCKET = ARM ? 198 : 41;
    private static final long SENDTO = ARM ? 206 : 44;
    private static final long LISTEN = ARM ? 201 : 50;
    private static final long BIND = ARM ? 200 : 49;
    private static final long GETSOCKNAME = ARM ? 204 : 51;
    private static final long SETSOCKOPT = ARM ? 208 : 54;
    private static final long GETSOCKOPT = ARM ? 209 : 55;
    private static final long FCNTL = ARM ? 25 : 72;
    private static final long TIMERFD_CREATE = ARM ? 85 : 283;
    private static final long TIMERFD_SETTIME = ARM ? 86 : 286;
    private static final long RECVMMSG = ARM ? 243 : 299;
    private static final long SENDMMSG = ARM ? 269 : 307;
    /** errno of the calling thread's last failed call; one cell a thread, since threads fail independently. */
    private static final ThreadLocal<Errno> ERRNO = ThreadLocal.withInitial(Errno::new);

    private Libc() {}

    /** The cell that the linker fills with errno. */
    static final class Errno {
        private static final long OFFSET = Linker.Option.captureStateLayout()
                .byteOffset(MemoryLayout.PathElement.groupElement("errno"));
        final MemorySegment cell = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
        /** Room for an argument that is handed over by address. */
        final MemorySegment argument = Arena.ofAuto().allocate(8, 8);

        int negated() {
            return -cell.get(ValueLayout.JAVA_INT, OFFSET);
        }
    }

    private static MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor shape = FunctionDescriptor.of(ValueLayout.JAVA_LONG, Collections.nCopies(7, ValueLayout.JAVA_LONG)
                .toArray(MemoryLayout[]::new));
        return linker.downcallHandle(linker.defaultLookup().find("syscall").orElseThrow(), shape,
                Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(1));
    }

    private static long call(Errno errno, long number, long a, long b, long c, long d, long e, long f) {
        try {
            long result = (long) SYSCALL.invokeExact(errno.cell, number, a, b, c, d, e, f);
            return result < 0 ? errno.negated() : result;
        } catch (Throwable t) {
            throw new IllegalStateException("foreign call failed", t);
        }
    }

    private static int call(long number, long a, long b, long c, long d, long e) {
        return (int) call(errno(), number, a, b, c, d, e, 0);
    }

    /** Makes one call that does nothing, so that all that is linked at first use is linked. */
    static void prepare() {
        getsockopt(-1, 0, 0, MemorySegment.NULL, MemorySegment.NULL);
    }

    /** Returns where a direct buffer begins. */
    static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address();
    }

    /** Returns this thread's errno cell, to be kept by a caller on the hot path. */
    static Errno errno() {
        return ERRNO.get();
    }

    static int socket(int domain, int type, int protocol) {
        return call(SOCKET, domain, type, protocol, 0, 0);
    }

    static int bind(int fd, MemorySegment address, int length) {
        return call(BIND, fd, address.address(), length, 0, 0);
    }

    static int listen(int fd, int backlog) {
        return call(LISTEN, fd, backlog, 0, 0, 0);
    }

    static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        return call(GETSOCKNAME, fd, address.address(), length.address(), 0, 0);
    }

    static int setsockopt(int fd, int level, int option, int value) {
        Errno errno = errno();
        errno.argument.set(ValueLayout.JAVA_INT, 0, value);
        return call(SETSOCKOPT, fd, level, option, errno.argument.address(), 4);
    }

    static int getsockopt(int fd, int level, int option, MemorySegment value, MemorySegment length) {
        return call(GETSOCKOPT, fd, level, option, value.address(), length.address());
    }

    static int recvmmsg(Errno errno, int fd, long messages, int count) {
        return (int) call(errno, RECVMMSG, fd, messages, count, MSG_DONTWAIT, 0, 0);
    }

    /** Reads from the error queue instead. */
    static int recvmmsgErrors(Errno errno, int fd, long messages, int count) {
        return (int) call(errno, RECVMMSG, fd, messages, count, MSG_DONTWAIT | MSG_ERRQUEUE, 0, 0);
    }

    static int sendmmsg(Errno errno, int fd, long messages, int count) {
        return (int) call(errno, SENDMMSG, fd, messages, count, MSG_DONTWAIT, 0, 0);
    }

    static long sendto(int fd, MemorySegment bytes, long length, MemorySegment address, int addressLength) {
        return call(errno(), SENDTO, fd, bytes.address(), length, 0, address.address(), addressLength);
    }

    /**
     * Returns zeroed memory that occupies no page until it is touched and is given back when nothing refers to the segment any more. A direct
     * buffer would be resident at once, since it is cleared by hand.
     */
    static MemorySegment lazyMemory(long bytes) {
        long address = call(errno(), MMAP, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        if (address < 0) {
            throw new OutOfMemoryError("mmap of " + bytes + " bytes: errno " + -address);
        }
        return MemorySegment.ofAddress(address).reinterpret(bytes, Arena.ofAuto(), Libc::unmap);
    }

    private static void unmap(MemorySegment memory) {
        call(MUNMAP, memory.address(), memory.byteSize(), 0, 0, 0);
    }

    static int close(int fd) {
        return call(CLOSE, fd, 0, 0, 0, 0);
    }

    static int fcntl(int fd, int command, int argument) {
        return call(FCNTL, fd, command, argument, 0, 0);
    }

    static int timerfdCreate() {
        return call(TIMERFD_CREATE, CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC, 0, 0, 0);
    }

    static int timerfdSettime(Errno errno, int fd, long itimerspec) {
        return (int) call(errno, TIMERFD_SETTIME, fd, 0, itimerspec, 0, 0, 0);
    }

    static long read(Errno errno, int fd, long buffer, long length) {
        return call(errno, READ, fd, buffer, length, 0, 0, 0);
    }
}
