package dev.isthmus.gateway.matrix;

import dev.isthmus.gateway.peer.MediaStream;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCIceGatheringState;
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
            if (e.getTransceiver().getDirection() == RTCRtpTransceiverDirection.SENDRECV) {
                e.getTransceiver().getSender().replaceTrack(e.getTrack());
            } else {
                pc.addTrack(e.getTrack(), new MediaStream("echo"));
            }
        });
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    /** Completes when all candidates are in the local description, which it returns. */
    String gathered() throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        pc.addEventListener("icegatheringstatechange", e -> done.complete(pc.getIceGatheringState() == RTCIceGatheringState.COMPLETE));
        if (pc.getIceGatheringState() == RTCIceGatheringState.COMPLETE) {
            done.complete(true);
        }
        get(done);
        return Objects.requireNonNull(pc.getLocalDescription()).sdp();
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
