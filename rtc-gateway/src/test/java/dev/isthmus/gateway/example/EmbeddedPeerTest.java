package dev.isthmus.gateway.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCPeerConnectionState;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import dev.isthmus.gateway.peer.RtpTrackSource;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.ice.net.TransportAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The program of docs/embedding.md. */
class EmbeddedPeerTest {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private static byte[] packet(int sequence) {
        ByteBuffer packet = ByteBuffer.allocate(RtpHeader.FIXED_LENGTH + 5);
        RtpHeader.write(packet, 0, false, 0, sequence, 960 * sequence, 7);
        return packet.array();
    }

    @Test
    void itAnswersHearsSendsAndEchoesText() throws Exception {
        PeerNetwork.Options options = PeerNetwork.Options.usual().withLoops(1)
                .withHosts(List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0))));
        try (PeerNetwork network = PeerNetwork.start(options);
                EmbeddedPeer peer = new EmbeddedPeer(network, heard::add);
                RTCPeerConnection caller = new RTCPeerConnection(RTCConfiguration.DEFAULT, network)) {
            RtpTrackSource source = new RtpTrackSource("audio");
            caller.addTrack(source.track());
            CompletableFuture<Integer> back = new CompletableFuture<>();
            caller.setOnTrack(e -> e.getTrack().addSink(p -> back.complete(p.payloadLength())));
            RTCDataChannel channel = caller.createDataChannel("chat");
            channel.setOnOpen(e -> channel.send("hello"));
            CompletableFuture<Object> echo = new CompletableFuture<>();
            channel.setOnMessage(e -> echo.complete(e.getData()));
            CompletableFuture<Boolean> connected = new CompletableFuture<>();
            caller.setOnConnectionstatechange(e -> {
                if (caller.getConnectionState() == RTCPeerConnectionState.CONNECTED) {
                    connected.complete(true);
                }
            });
            caller.setLocalDescription().get(10, TimeUnit.SECONDS);
            String answer = peer.answer(Objects.requireNonNull(caller.getLocalDescription()).sdp()).get(10, TimeUnit.SECONDS);
            caller.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, answer)).get(10, TimeUnit.SECONDS);
            connected.get(10, TimeUnit.SECONDS);
            assertThat(echo.get(10, TimeUnit.SECONDS)).isEqualTo("you say hello");
            for (int i = 1; i < 20; i++) {
                byte[] bytes = packet(i);
                source.send(ByteBuffer.wrap(bytes), 0, bytes.length, RtpCapabilities.formats("audio").get(0), System.nanoTime());
                peer.send(bytes);
            }
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("opus, 5 bytes");
            assertThat(back.get(10, TimeUnit.SECONDS)).isEqualTo(5);
        }
    }

    @Test
    void noThreadOfTheSharedNetworkKeepsTheProgramFromEnding() {
        new RTCPeerConnection().close();
        assertThat(Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("peer-"))).isNotEmpty()
                .allMatch(Thread::isDaemon);
        assertThat(EmbeddedPeer.codecs("audio")).contains("audio/opus", "audio/PCMU");
    }
}
