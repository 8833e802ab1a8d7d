package dev.isthmus.ice.net;

import dev.isthmus.ice.time.Deadline;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;

/** The kernel timer that ends a loop's wait when its wheel has something due; Netty's scheduled tasks would allocate one object a wait. */
final class TimerPort implements EpollIoHandle {
    private final Libc.Errno errno;
    private final FileDescriptor descriptor;
    private final MemorySegment setting = Arena.ofAuto().allocate(32, 8);
    private final MemorySegment expirations = Arena.ofAuto().allocate(8, 8);
    private long armed = Deadline.NONE;

    TimerPort(Libc.Errno errno) {
        this.errno = errno;
        int fd = Libc.timerfdCreate();
        if (fd < 0) {
            throw new IllegalStateException("timerfd_create: errno " + -fd);
        }
        this.descriptor = new FileDescriptor(fd);
    }

    /** Sets the timer to a deadline of {@link System#nanoTime}; nothing is done when it stands there already. */
    void arm(long deadlineNanos) {
        if (deadlineNanos == armed) {
            return;
        }
        armed = deadlineNanos;
        long value = deadlineNanos == Deadline.NONE ? 0 : Math.max(1, deadlineNanos - System.nanoTime());
        setting.set(ValueLayout.JAVA_LONG, 16, value / TimeUnit.SECONDS.toNanos(1));
        setting.set(ValueLayout.JAVA_LONG, 24, value % TimeUnit.SECONDS.toNanos(1));
        Libc.timerfdSettime(errno, descriptor.intValue(), setting.address());
    }

    void interest(IoRegistration registration) {
        registration.submit(EpollIoOps.EPOLLIN);
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        Libc.read(errno, descriptor.intValue(), expirations.address(), 8);
        armed = Deadline.NONE;
    }

    @Override
    public void close() {
        // closed when the loop has ended
    }

    void release() {
        Libc.close(descriptor.intValue());
    }
}
