package dev.isthmus.ice.support;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Finds ports that are free now. They are looked for below the kernel's ephemeral range, so that no client takes one meanwhile. */
public final class Ports {
    private static int next = 11_000 + (int) (ProcessHandle.current().pid() % 900) * 20;

    private Ports() {}

    /** Returns the first of {@code count} neighbouring ports that are free on 127.0.0.1, UDP and TCP; the first is even. */
    public static synchronized int free(int count) {
        while (true) {
            int first = next;
            next += count + (count & 1);
            if (next > 31_000) {
                next = 11_000;
            }
            boolean free = true;
            for (int port = first; port < first + count; port++) {
                free &= isFree(port);
            }
            if (free) {
                return first;
            }
        }
    }

    /** Returns whether some process has opened the UDP port, as the kernel's table says. */
    public static boolean isOpen(int port) throws IOException {
        String suffix = String.format(":%04X", port);
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/udp"))) {
            return lines.map(String::strip).anyMatch(line -> line.split("\\s+")[1].endsWith(suffix));
        }
    }

    private static boolean isFree(int port) {
        try (DatagramSocket udp = new DatagramSocket(port, InetAddress.getLoopbackAddress());
                ServerSocket tcp = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return udp.isBound() && tcp.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
