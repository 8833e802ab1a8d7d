package dev.isthmus.gateway.support;

import java.util.stream.Collectors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Executors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A way between two connections that a test can look into, change and make longer: each is told its ports in place of the other's. */
public final class Middle implements AutoCloseable {
    /** What becomes of a datagram. */
    public interface Rule {
        /** Returns what goes on, or null when nothing does. */
        byte @Nullable [] pass(boolean fromA, byte[] datagram);
    }

    public static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int LONGEST = 2048;
    private final DatagramSocket towardsA = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
    private final DatagramSocket towardsB = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    /** How long each datagram is kept. */
    public volatile long delayMillis;
    private volatile InetAddress hostOfA = LOOPBACK;
    private volatile InetAddress hostOfB = LOOPBACK;
    private volatile int portOfA;
    private volatile int portOfB;
    public volatile Rule rule = (fromA, datagram) -> datagram;

    public Middle() throws IOException {
        Thread.ofVirtual().start(() -> carry(true));
        Thread.ofVirtual().start(() -> carry(false));
    }

    private void carry(boolean fromA) {
        DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
        try {
            while (true) {
                packet.setLength(LONGEST);
                (fromA ? towardsA : towardsB).receive(packet);
                byte[] on = rule.pass(fromA, Arrays.copyOf(packet.getData(), packet.getLength()));
                long longer = delayMillis;
                if (on != null && longer == 0) {
                    send(fromA, on);
                } else if (on != null) {
                    later.schedule(() -> sendLate(fromA, on), longer, TimeUnit.MILLISECONDS);
                }
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private void sendLate(boolean asA, byte[] datagram) {
        try {
            send(asA, datagram);
        } catch (IOException e) {
            // the test is over
        }
    }

    /** Sends something as if it came from the one or the other. */
    public void send(boolean asA, byte[] datagram) throws IOException {
        int port = port(!asA);
        if (port != 0) {
            (asA ? towardsB : towardsA).send(new DatagramPacket(datagram, datagram.length, asA ? hostOfB : hostOfA, port));
        }
    }

    /** Returns the port that the one or the other has really. */
    public int port(boolean ofA) {
        return ofA ? portOfA : portOfB;
    }

    /** Returns the candidate that the other side is told. */
    public String replace(String candidate, boolean ofA) {
        String[] words = candidate.split(" ");
        if (words.length < 6) {
            return candidate; // the end of candidates
        }
        int port = Integer.parseInt(words[5]);
        InetAddress host = InetAddress.ofLiteral(words[4]);
        if (ofA) {
            portOfA = port;
            hostOfA = host;
        } else {
            portOfB = port;
            hostOfB = host;
        }
        words[4] = LOOPBACK.getHostAddress();
        words[5] = Integer.toString((ofA ? towardsB : towardsA).getLocalPort());
        return String.join(" ", words);
    }

    /** Returns the description that the other side is told. */
    public String describe(String sdp, boolean ofA) {
        return Pattern.compile("(?<=a=)candidate:.*").matcher(sdp).replaceAll(found -> replace(found.group(), ofA));
    }

    public static byte[] receive(DatagramSocket socket) {
        DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
        try {
            socket.receive(packet);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    @Override
    public void close() {
        later.shutdownNow();
        towardsA.close();
        towardsB.close();
    }

    /** Returns the description with one candidate alone, the first one of UDP, and this way in its place. */
    public String alone(String sdp, boolean ofA) {
        String wanted = sdp.lines().filter(l -> l.matches("a=candidate:\\S+ 1 (udp|UDP) .*")).findFirst().orElseThrow();
        return describe(
                sdp.lines().filter(l -> !l.startsWith("a=candidate:") || l.equals(wanted)).collect(Collectors.joining("\r\n", "", "\r\n")),
                ofA);
    }
}
