package dev.isthmus.gateway.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.ice.net.TransportAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The answering side, in a process of its own: offers, the ends of connections and questions come in lines. */
final class Answerer {
    private final Map<String, RTCPeerConnection> connections = new ConcurrentHashMap<>();
    private final PrintStream out = System.out;

    private Answerer() {}

    /** Returns loops on the loopback interface. */
    static PeerNetwork network() {
        return PeerNetwork.start(PeerNetwork.Options.usual().withLoops(1)
                .withHosts(List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0)))));
    }

    static String encode(String sdp) {
        return Base64.getEncoder().encodeToString(sdp.getBytes(StandardCharsets.UTF_8));
    }

    static String decode(String word) {
        return new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8);
    }

    private void answer(PeerNetwork network, String id, String offer) {
        RTCPeerConnection pc = new RTCPeerConnection(RTCConfiguration.DEFAULT, network);
        connections.put(id, pc);
        pc.setOnIcecandidate(e -> {
            if (e.getCandidate() == null) {
                say("answer " + id + " " + encode(Objects.requireNonNull(pc.getLocalDescription()).sdp()));
            }
        });
        pc.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, offer)).thenCompose(v -> pc.setLocalDescription())
                .exceptionally(e -> {
                    say("failed " + id + " " + e);
                    return null;
                });
    }

    private synchronized void say(String line) {
        out.println(line);
        out.flush();
    }

    private void close(String id) {
        RTCPeerConnection pc = connections.remove(id);
        if (pc != null) {
            pc.close();
        }
    }

    /** CPU time in ns, heap in use after a collection, and what is resident in bytes. */
    private String spent(boolean collect) throws IOException {
        if (collect) {
            System.gc();
            System.gc();
        }
        long cpu = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        String resident = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
        return "spent " + cpu + " " + heap + " " + Long.parseLong(resident) * 4096;
    }

    /** Runs until its input ends. */
    public static void main(String[] arguments) throws IOException {
        Answerer answerer = new Answerer();
        try (PeerNetwork network = network();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "offer" -> answerer.answer(network, words[1], decode(words[2]));
                    case "close" -> answerer.close(words[1]);
                    case "spent" -> answerer.say(answerer.spent(words.length > 1));
                    default -> throw new IOException("not understood: " + words[0]);
                }
            }
        }
        System.exit(0);
    }
}
