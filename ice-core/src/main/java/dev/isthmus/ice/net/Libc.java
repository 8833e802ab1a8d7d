package dev.isthmus.ice.net;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/**
 * The system calls that Netty's channels lack, bound through the foreign-function API. Every call returns the call's own result, or the
 * negated errno when it failed. Pointers are plain addresses, so that a call leaves no garbage.
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
    static final int IP_PKTINFO = 8;
    static final int IP_MTU_DISCOVER = 10;
    static final int IP_PMTUDISC_DONT = 0;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_MTU_DISCOVER = 23;
    static final int IPV6_V6ONLY = 26;
    static final int IPV6_RECVPKTINFO = 49;
    static final int IPV6_PKTINFO = 50;
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_TRUNC = 0x20;
    static final int PROT_READ_WRITE = 3;
    static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    static final int CLOCK_MONOTONIC = 1;
    static final int F_GETFL = 3;
    static final int F_SETFL = 4;
    static final int O_NONBLOCK = 0x800;
    static final int TFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EINVAL = 22;
    static final int EMSGSIZE = 90;
    static final int EADDRINUSE = 98;
    static final int ECONNREFUSED = 111;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG;
    private static final MethodHandle SOCKET = bind("socket", I, I, I, I);
    private static final MethodHandle BIND = bind("bind", I, I, L, I);
    private static final MethodHandle GETSOCKNAME = bind("getsockname", I, I, L, L);
    private static final MethodHandle SETSOCKOPT = bind("setsockopt", I, I, I, I, L, I);
    private static final MethodHandle GETSOCKOPT = bind("getsockopt", I, I, I, I, L, L);
    /**
     * The two calls of the hot path go past the C library, whose wrappers make the thread cancellable and back: two atomic operations that Java
     * has no use for.
     */
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(symbol("syscall"), FunctionDescriptor.of(L, L, L, L, L, L, L),
            Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(1));
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final long RECVMMSG = ARM ? 243 : 299;
    private static final long SENDMMSG = ARM ? 269 : 307;
    private static final MethodHandle SENDTO = bind("sendto", L, I, L, L, I, L, I);
    private static final MethodHandle MMAP = bind("mmap", L, L, L, I, I, I, L);
    private static final MethodHandle MUNMAP = bind("munmap", I, L, L);
    private static final MethodHandle CLOSE = bind("close", I, I);
    private static final MethodHandle FCNTL = bind("fcntl", I, I, I, I);
    private static final MethodHandle TIMERFD_CREATE = bind("timerfd_create", I, I, I);
    private static final MethodHandle TIMERFD_SETTIME = bind("timerfd_settime", I, I, I, L, L);
    private static final MethodHandle READ = bind("read", L, I, L, L);
    /** errno of the calling thread's last failed call; one cell a thread, since threads fail independently. */
    private static final ThreadLocal<Errno> ERRNO = ThreadLocal.withInitial(Errno::new);

    private Libc() {}

    /** The cell that the linker fills with errno. */
    static final class Errno {
        private static final long OFFSET = Linker.Option.captureStateLayout()
                .byteOffset(MemoryLayout.PathElement.groupElement("errno"));
        final MemorySegment cell = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());

        int negated() {
            return -cell.get(ValueLayout.JAVA_INT, OFFSET);
        }
    }

    private static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(symbol(name), FunctionDescriptor.of(result, arguments), Linker.Option.captureCallState("errno"));
    }

    private static MemorySegment symbol(String name) {
        return LINKER.defaultLookup().find(name).orElseThrow();
    }

    /** Returns where a direct buffer begins. */
    static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address();
    }

    private static RuntimeException bug(Throwable t) {
        return new IllegalStateException("foreign call failed", t);
    }

    /** Returns this thread's errno cell, to be kept by a caller on the hot path. */
    static Errno errno() {
        return ERRNO.get();
    }

    static int socket(int domain, int type, int protocol) {
        Errno errno = errno();
        try {
            int r = (int) SOCKET.invokeExact(errno.cell, domain, type, protocol);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int bind(int fd, MemorySegment address, int length) {
        Errno errno = errno();
        try {
            int r = (int) BIND.invokeExact(errno.cell, fd, address.address(), length);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        Errno errno = errno();
        try {
            int r = (int) GETSOCKNAME.invokeExact(errno.cell, fd, address.address(), length.address());
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int setsockopt(int fd, int level, int option, int value) {
        Errno errno = errno();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocateFrom(I, value);
            int r = (int) SETSOCKOPT.invokeExact(errno.cell, fd, level, option, cell.address(), 4);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int getsockopt(int fd, int level, int option, MemorySegment value, MemorySegment length) {
        Errno errno = errno();
        try {
            int r = (int) GETSOCKOPT.invokeExact(errno.cell, fd, level, option, value.address(), length.address());
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int recvmmsg(Errno errno, int fd, long messages, int count) {
        try {
            long r = (long) SYSCALL.invokeExact(errno.cell, RECVMMSG, (long) fd, messages, (long) count, (long) MSG_DONTWAIT, 0L);
            return r < 0 ? errno.negated() : (int) r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int sendmmsg(Errno errno, int fd, long messages, int count) {
        try {
            long r = (long) SYSCALL.invokeExact(errno.cell, SENDMMSG, (long) fd, messages, (long) count, (long) MSG_DONTWAIT, 0L);
            return r < 0 ? errno.negated() : (int) r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static long sendto(int fd, MemorySegment bytes, long length, MemorySegment address, int addressLength) {
        Errno errno = errno();
        try {
            long r = (long) SENDTO.invokeExact(errno.cell, fd, bytes.address(), length, 0, address.address(), addressLength);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    /**
     * Returns zeroed memory that occupies no page until it is touched and is given back when nothing refers to the segment any more. A direct
     * buffer would be resident at once, since it is cleared by hand.
     */
    static MemorySegment lazyMemory(long bytes) {
        Errno errno = errno();
        try {
            long address = (long) MMAP.invokeExact(errno.cell, 0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (address == -1) {
                throw new OutOfMemoryError("mmap of " + bytes + " bytes: errno " + -errno.negated());
            }
            return MemorySegment.ofAddress(address).reinterpret(bytes, Arena.ofAuto(), Libc::unmap);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    private static void unmap(MemorySegment memory) {
        try {
            int r = (int) MUNMAP.invokeExact(errno().cell, memory.address(), memory.byteSize());
            assert r == 0;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int close(int fd) {
        Errno errno = errno();
        try {
            int r = (int) CLOSE.invokeExact(errno.cell, fd);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int fcntl(int fd, int command, int argument) {
        Errno errno = errno();
        try {
            int r = (int) FCNTL.invokeExact(errno.cell, fd, command, argument);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int timerfdCreate() {
        Errno errno = errno();
        try {
            int r = (int) TIMERFD_CREATE.invokeExact(errno.cell, CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static int timerfdSettime(Errno errno, int fd, long itimerspec) {
        try {
            int r = (int) TIMERFD_SETTIME.invokeExact(errno.cell, fd, 0, itimerspec, 0L);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }

    static long read(Errno errno, int fd, long buffer, long length) {
        try {
            long r = (long) READ.invokeExact(errno.cell, fd, buffer, length);
            return r < 0 ? errno.negated() : r;
        } catch (Throwable t) {
            throw bug(t);
        }
    }
}
