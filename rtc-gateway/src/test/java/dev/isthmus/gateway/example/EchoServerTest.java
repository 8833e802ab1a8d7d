package dev.isthmus.gateway.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.RTCIceGatheringState;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The program of rtc-gateway's README. */
class EchoServerTest {
    private static final Path SOURCE = Path.of("src/test/java/dev/isthmus/gateway/example/EchoServer.java");

    @Test
    void theReadmeHasItAsItIs() throws Exception {
        String source = Files.readString(SOURCE);
        assertThat(source.lines().count()).isLessThanOrEqualTo(60);
        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + source + "```");
    }

    /** Returns where it listens. */
    static String start() throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            EchoServer.main(new String[]{"0"});
        } finally {
            System.setOut(before);
        }
        return said.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void itEchoesWhatIsSaid() throws Exception {
        String page = start();
        try (RTCPeerConnection pc = new RTCPeerConnection(); HttpClient http = HttpClient.newHttpClient()) {
            RTCDataChannel channel = pc.createDataChannel("echo");
            CompletableFuture<Object> echo = new CompletableFuture<>();
            channel.setOnOpen(e -> channel.send("hello"));
            channel.setOnMessage(e -> echo.complete(e.getData()));
            CompletableFuture<Boolean> gathered = new CompletableFuture<>();
            pc.setOnIcegatheringstatechange(e -> {
                if (pc.getIceGatheringState() == RTCIceGatheringState.COMPLETE) {
                    gathered.complete(true);
                }
            });
            pc.setLocalDescription().get(10, TimeUnit.SECONDS);
            gathered.get(10, TimeUnit.SECONDS);
            String offer = Objects.requireNonNull(pc.getLocalDescription()).sdp();
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(page + "offer"))
                    .POST(HttpRequest.BodyPublishers.ofString(offer)).build(), HttpResponse.BodyHandlers.ofString());
            pc.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, answer.body())).get(10, TimeUnit.SECONDS);
            assertThat(echo.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }
}
