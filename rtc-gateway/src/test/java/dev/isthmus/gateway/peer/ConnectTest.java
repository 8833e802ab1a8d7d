package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Two connections find each other, agree on keys and carry packets. */
class ConnectTest {
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
                Pair.send(source, sequence.getAndIncrement(), "hello".getBytes(StandardCharsets.US_ASCII));
                payload.completeOnTimeout("nothing", 5, java.util.concurrent.TimeUnit.SECONDS);
                Thread.onSpinWait();
            }
            assertThat(Pair.get(payload)).isEqualTo("opus hello");
            RTCRtpReceiver receiver = pair.b.getReceivers().get(0);
            assertThat(receiver.getSynchronizationSources()).hasSize(1).first()
                    .satisfies(s -> assertThat(s.timestamp()).isCloseTo(System.currentTimeMillis(), within(10_000.0)))
                    .satisfies(s -> assertThat(s.audioLevel()).isNull());
            assertThat(receiver.getContributingSources()).isEmpty();
        }
    }
}
