package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.ice.net.TransportAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CompletableFuture;

/** Two connections of this process that trickle to each other, over sockets of the loopback interface. */
final class Pair implements AutoCloseable {
    static final PeerNetwork NETWORK = PeerNetwork
            .start(PeerNetwork.Options.usual().withLoops(2)
                    .withHosts(List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0)))));
    final RTCPeerConnection a;
    final RTCPeerConnection b;

    Pair() {
        this(RTCConfiguration.DEFAULT, RTCConfiguration.DEFAULT);
    }

    Pair(RTCConfiguration ofA, RTCConfiguration ofB) {
        a = new RTCPeerConnection(ofA, NETWORK);
        b = new RTCPeerConnection(ofB, NETWORK);
        a.setOnIcecandidate(e -> trickle(e, b));
        b.setOnIcecandidate(e -> trickle(e, a));
    }

    private static void trickle(RTCPeerConnectionIceEvent event, RTCPeerConnection to) {
        RTCIceCandidate candidate = event.getCandidate();
        if (candidate != null) {
            to.addIceCandidate(candidate);
        }
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    /** An exchange of offer and answer, begun by one of them. */
    static void negotiate(RTCPeerConnection from, RTCPeerConnection to) throws Exception {
        get(from.setLocalDescription());
        get(to.setRemoteDescription(Objects.requireNonNull(from.getLocalDescription())));
        get(to.setLocalDescription());
        get(from.setRemoteDescription(Objects.requireNonNull(to.getLocalDescription())));
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
        negotiate(a, b);
        get(one);
        get(other);
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
