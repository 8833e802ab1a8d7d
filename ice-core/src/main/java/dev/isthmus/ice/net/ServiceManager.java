package dev.isthmus.ice.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Tells the service manager about the daemon's state over its datagram socket (sd_notify(3)). Without one nothing happens. */
public final class ServiceManager {
    private static final int PATH_OFFSET = 2;
    private static final int LONGEST_PATH = 107;
    private final String socket;

    /** Creates one from the environment's NOTIFY_SOCKET. */
    public ServiceManager(Map<String, String> environment) {
        socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    }

    /** Says that every port is open. */
    public void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    /** Says that the daemon ends. */
    public void stopping() {
        send("STOPPING=1");
    }

    private void send(String state) {
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        if (path.length == 0 || path.length > LONGEST_PATH) {
            return;
        }
        boolean isAbstract = path[0] == '@';
        if (isAbstract) {
            path[0] = 0;
        }
        int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(PATH_OFFSET + LONGEST_PATH + 1, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_UNIX);
            MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, path.length);
            MemorySegment bytes = arena.allocateFrom(state);
            Libc.sendto(fd, bytes, bytes.byteSize() - 1, address, PATH_OFFSET + path.length + (isAbstract ? 0 : 1));
        } finally {
            Libc.close(fd);
        }
    }
}
