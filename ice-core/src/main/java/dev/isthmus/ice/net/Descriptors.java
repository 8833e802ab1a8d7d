package dev.isthmus.ice.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Open descriptors that were handed to the process by its parent: socket activation (sd_listen_fds(3)). */
public final class Descriptors {
    private static final int FIRST = 3;

    private Descriptors() {}

    /** Returns the UDP sockets among the descriptors that the environment announces for this process. */
    public static List<Integer> datagramSockets(Map<String, String> environment, long pid) {
        List<Integer> found = new ArrayList<>();
        if (!Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
            return found;
        }
        String count = environment.getOrDefault("LISTEN_FDS", "0");
        int announced = count.matches("\\d{1,4}") ? Integer.parseInt(count) : 0;
        for (int fd = FIRST; fd < FIRST + announced; fd++) {
            if (socketType(fd) == Libc.SOCK_DGRAM) {
                found.add(fd);
            }
        }
        return found;
    }

    private static int socketType(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(4, 4);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 4);
            int r = Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_TYPE, value, length);
            return r < 0 ? r : value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /** Returns the address to which a descriptor is bound. */
    public static TransportAddress localAddress(int fd) throws PortException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(SockAddr.ROOM, 8);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SockAddr.ROOM);
            int r = Libc.getsockname(fd, name, length);
            if (r < 0) {
                throw new PortException("descriptor " + fd + " is no bound socket: errno " + -r, false);
            }
            return SockAddr.read(name.asByteBuffer(), 0);
        }
    }
}
