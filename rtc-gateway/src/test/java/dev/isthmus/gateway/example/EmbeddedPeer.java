package dev.isthmus.gateway.example;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCRtpReceiver;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import dev.isthmus.gateway.peer.RtpTrackSource;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A peer connection in a program of your own: it answers an offer, hands on what it hears and sees, and sends a track of sound. */
public final class EmbeddedPeer implements AutoCloseable {
    private final RTCPeerConnection connection;
    private final RtpTrackSource sound = new RtpTrackSource("audio");
    private final RtpFormat opus = new RtpFormat(111, "opus", 48000, 2, "", List.of());

    /** Creates one on a network, which many connections share. */
    public EmbeddedPeer(PeerNetwork network, Consumer<String> heard) {
        connection = new RTCPeerConnection(RTCConfiguration.DEFAULT, network);
        connection.addTrack(sound.track());
        connection.setOnTrack(event -> event.getTrack().addSink(packet -> // on an event loop, with a packet that is used anew
        heard.accept(packet.format().name() + ", " + packet.payloadLength() + " bytes")));
        connection.setOnDatachannel(event -> event.getChannel().setOnMessage(message -> {
            if (message.getData() instanceof String text) {
                event.getChannel().send("you say " + text);
            }
        }));
    }

    /** Answers an offer; the answer has all candidates, so that nothing is to be trickled. */
    public CompletableFuture<String> answer(String offer) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        connection.setOnIcecandidate(event -> {
            if (event.getCandidate() == null) { // there are no more
                answer.complete(Objects.requireNonNull(connection.getLocalDescription()).sdp());
            }
        });
        connection.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, offer))
                .thenCompose(set -> connection.setLocalDescription()).whenComplete((set, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    }
                });
        return answer;
    }

    /** Sends an RTP packet of Opus; before the connection is there it goes nowhere. */
    public void send(byte[] packet) {
        sound.send(ByteBuffer.wrap(packet), 0, packet.length, opus, System.nanoTime());
    }

    /** Returns which codecs are known, as the specification names them. */
    public static List<String> codecs(String kind) {
        return Objects.requireNonNull(RTCRtpReceiver.getCapabilities(kind)).codecs().stream().map(codec -> codec.mimeType()).toList();
    }

    @Override
    public void close() {
        connection.close();
    }
}
