package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Two connections find each other, agree on keys and carry packets. */
class ConnectTest {
    private static final RtpFormat OPUS = RtpCapabilities.formats("audio").get(0);

    private static void send(RtpTrackSource source, int sequence, String payload) {
        ByteBuffer packet = ByteBuffer.allocate(200);
        RtpHeader.write(packet, 0, false, 0, sequence, 960 * sequence, 77);
        byte[] bytes = payload.getBytes(StandardCharsets.US_ASCII);
        packet.put(RtpHeader.FIXED_LENGTH, bytes);
        source.send(packet, 0, RtpHeader.FIXED_LENGTH + bytes.length, OPUS, System.nanoTime());
    }

    @Test
    void audioArrives() throws Exception {
        try (Pair pair = new Pair()) {
            RtpTrackSource source = new RtpTrackSource("audio");
            MediaStream stream = new MediaStream(source.track());
            pair.a.addTrack(source.track(), stream);
            CompletableFuture<String> payload = new CompletableFuture<>();
            CompletableFuture<String> streamId = new CompletableFuture<>();
            pair.b.setOnTrack(e -> {
                streamId.complete(e.getStreams().get(0).getId());
                e.getTrack().addSink(p -> {
                    byte[] bytes = new byte[p.payloadLength()];
                    p.buffer().get(p.payloadOffset(), bytes);
                    payload.complete(p.format().name() + " " + new String(bytes, StandardCharsets.US_ASCII));
                });
            });
            pair.connect();
            assertThat(Pair.get(streamId)).isEqualTo(stream.getId());
            AtomicInteger sequence = new AtomicInteger(1);
            while (!payload.isDone() && sequence.get() < 100) {
                send(source, sequence.getAndIncrement(), "hello");
                payload.completeOnTimeout("nothing", 5, java.util.concurrent.TimeUnit.SECONDS);
                Thread.onSpinWait();
            }
            assertThat(Pair.get(payload)).isEqualTo("opus hello");
        }
    }
}
