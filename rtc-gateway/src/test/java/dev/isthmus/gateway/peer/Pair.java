package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.support.Middle;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.ice.net.TransportAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Two connections of this process that trickle to each other, over sockets of the loopback interface. */
final class Pair implements AutoCloseable {
    static final PeerNetwork NETWORK = PeerNetwork
            .start(PeerNetwork.Options.usual().withLoops(2)
                    .withHosts(List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0)))));
    final RTCPeerConnection a;
    final RTCPeerConnection b;
    private final @Nullable Middle middle;

    Pair() {
        this(RTCConfiguration.DEFAULT, RTCConfiguration.DEFAULT);
    }

    Pair(RTCConfiguration ofA, RTCConfiguration ofB) {
        this(NETWORK, ofA, ofB);
    }

    /** Two of a network of the test's. */
    Pair(PeerNetwork network, RTCConfiguration ofA, RTCConfiguration ofB) {
        a = new RTCPeerConnection(ofA, network);
        b = new RTCPeerConnection(ofB, network);
        middle = null;
        trickle(a, b, c -> c);
        trickle(b, a, c -> c);
    }

    /** Two that know of each other only the ports of what is between them. */
    Pair(Middle middle) {
        a = new RTCPeerConnection(RTCConfiguration.DEFAULT, NETWORK);
        b = new RTCPeerConnection(RTCConfiguration.DEFAULT, NETWORK);
        this.middle = middle;
        trickle(a, b, c -> middle.replace(c, true));
        trickle(b, a, c -> middle.replace(c, false));
    }

    /** What overtakes the description waits for it, as it does in any application. */
    private static void trickle(RTCPeerConnection from, RTCPeerConnection to, UnaryOperator<String> told) {
        Queue<RTCIceCandidate> early = new ConcurrentLinkedQueue<>();
        Runnable flush = () -> {
            for (RTCIceCandidate each = next(early, to); each != null; each = next(early, to)) {
                to.addIceCandidate(each);
            }
        };
        from.setOnIcecandidate(event -> {
            RTCIceCandidate candidate = event.getCandidate();
            if (candidate != null) {
                early.add(new RTCIceCandidate(told.apply(candidate.candidate()), candidate.sdpMid(), candidate.sdpMLineIndex(),
                        candidate.usernameFragment()));
                flush.run();
            }
        });
        to.addEventListener("signalingstatechange", e -> flush.run());
    }

    private static @Nullable RTCIceCandidate next(Queue<RTCIceCandidate> early, RTCPeerConnection to) {
        return to.getRemoteDescription() == null ? null : early.poll();
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    static RTCSessionDescription local(RTCPeerConnection pc) {
        return Objects.requireNonNull(pc.getLocalDescription());
    }

    /** Returns the transport of ICE that a connection has first. */
    static RTCIceTransport ice(RTCPeerConnection pc) {
        return Objects.requireNonNull(pc.getSenders().get(0).getTransport()).getIceTransport();
    }

    /** Returns an Opus packet. */
    static ByteBuffer opus(int sequence, byte... payload) {
        ByteBuffer packet = ByteBuffer.allocate(RtpHeader.FIXED_LENGTH + payload.length);
        RtpHeader.write(packet, 0, false, 0, sequence, 960 * sequence, 77);
        packet.put(RtpHeader.FIXED_LENGTH, payload);
        return packet;
    }

    /** Sends a packet of a source. */
    static void send(RtpTrackSource source, int sequence, byte... payload) {
        source.send(opus(sequence, payload), 0, RtpHeader.FIXED_LENGTH + payload.length, RtpCapabilities.formats("audio").get(0),
                System.nanoTime());
    }

    /** An exchange of offer and answer, begun by one of them. */
    static void negotiate(RTCPeerConnection from, RTCPeerConnection to) throws Exception {
        negotiate(from, to, null);
    }

    private static void negotiate(RTCPeerConnection from, RTCPeerConnection to, @Nullable Middle between) throws Exception {
        get(from.setLocalDescription());
        get(to.setRemoteDescription(told(local(from), between, true)));
        get(to.setLocalDescription());
        get(from.setRemoteDescription(told(local(to), between, false)));
    }

    private static RTCSessionDescription told(RTCSessionDescription description, @Nullable Middle between, boolean ofA) {
        return between == null ? description : new RTCSessionDescription(description.type(), between.describe(description.sdp(), ofA));
    }

    /** Returns a description without candidates. */
    static String withoutCandidates(String sdp) {
        return sdp.replaceAll("a=candidate:.*\r\n", "").replaceAll("a=end-of-candidates\r\n", "");
    }

    /** Completes when the connection has that state. */
    static CompletableFuture<RTCPeerConnectionState> reaches(RTCPeerConnection connection, RTCPeerConnectionState state) {
        CompletableFuture<RTCPeerConnectionState> reached = new CompletableFuture<>();
        connection.addEventListener("connectionstatechange", e -> {
            if (connection.getConnectionState() == state) {
                reached.complete(state);
            }
        });
        if (connection.getConnectionState() == state) {
            reached.complete(state);
        }
        return reached;
    }

    void connect() throws Exception {
        CompletableFuture<?> one = reaches(a, RTCPeerConnectionState.CONNECTED);
        CompletableFuture<?> other = reaches(b, RTCPeerConnectionState.CONNECTED);
        negotiate(a, b, middle);
        get(one);
        get(other);
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
