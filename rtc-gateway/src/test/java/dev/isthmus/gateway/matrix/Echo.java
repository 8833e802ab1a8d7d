package dev.isthmus.gateway.matrix;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCRtpTransceiverDirection;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.ice.net.TransportAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A connection of ours that sends back what it receives: what the peer then hears and sees has crossed both ways. */
final class Echo implements AutoCloseable {
    private final PeerNetwork network;
    final RTCPeerConnection pc;

    Echo(RTCConfiguration configuration, String host) {
        network = PeerNetwork.start(
                PeerNetwork.Options.usual().withLoops(2).withHosts(List.of(Objects.requireNonNull(TransportAddress.parse(host, 0)))));
        pc = new RTCPeerConnection(configuration, network);
        pc.setOnTrack(e -> {
            e.getTransceiver().setDirection(RTCRtpTransceiverDirection.SENDRECV);
            e.getTransceiver().getSender().replaceTrack(e.getTrack());
        });
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    /** Returns the local description when all candidates of its generation are in it; the gathering state may still be that of the one before. */
    String gathered() throws Exception {
        CompletableFuture<String> done = new CompletableFuture<>();
        pc.addEventListener("icecandidate", e -> look(done));
        look(done);
        return get(done);
    }

    private void look(CompletableFuture<String> done) {
        String sdp = Objects.requireNonNull(pc.getLocalDescription()).sdp();
        if (sdp.contains("a=end-of-candidates")) {
            done.complete(sdp);
        }
    }

    String offer() throws Exception {
        get(pc.setLocalDescription());
        return gathered();
    }

    String answer(String offer) throws Exception {
        get(pc.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, offer)));
        get(pc.setLocalDescription());
        return gathered();
    }

    void accept(String answer) throws Exception {
        get(pc.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, answer)));
    }

    @Override
    public void close() {
        pc.close();
        network.close();
    }
}
