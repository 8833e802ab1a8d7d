package dev.isthmus.gateway.example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.isthmus.gateway.peer.RTCIceGatheringState;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Answers the browsers that come to its page, and sends back what they say on a data channel. */
public final class EchoServer {
    private static final String PAGE = """
            <!doctype html><title>echo</title><input id="say" autofocus><pre id="heard"></pre><script type="module">
            const pc = new RTCPeerConnection(), channel = pc.createDataChannel('echo');
            channel.onmessage = e => heard.textContent += e.data + '\\n';
            say.onchange = () => channel.send(say.value);
            await pc.setLocalDescription();
            while (pc.iceGatheringState !== 'complete') await new Promise(r => pc.onicegatheringstatechange = r);
            const answer = await fetch('/offer', { method: 'POST', body: pc.localDescription.sdp });
            await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
            </script>""";

    /** Serves the page at a port of 127.0.0.1, 8000 unless another one is named. */
    public static void main(String[] args) throws IOException {
        HttpServer web = HttpServer.create(new InetSocketAddress("127.0.0.1", args.length == 0 ? 8000 : Integer.parseInt(args[0])), 0);
        web.createContext("/", exchange -> reply(exchange, "text/html", PAGE));
        web.createContext("/offer", exchange -> reply(exchange, "application/sdp",
                answer(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8))));
        web.start();
        System.out.println("http://127.0.0.1:" + web.getAddress().getPort() + "/");
    }

    private static String answer(String offer) {
        RTCPeerConnection pc = new RTCPeerConnection();
        CompletableFuture<Boolean> gathered = new CompletableFuture<>();
        pc.setOnIcegatheringstatechange(event -> {
            if (pc.getIceGatheringState() == RTCIceGatheringState.COMPLETE) {
                gathered.complete(true);
            }
        });
        pc.setOnDatachannel(event -> event.getChannel().setOnMessage(message -> event.getChannel().send(message.getData().toString())));
        return pc.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, offer)).thenCompose(set -> pc.setLocalDescription())
                .thenCompose(set -> gathered).thenApply(all -> Objects.requireNonNull(pc.getLocalDescription()).sdp()).join();
    }

    private static void reply(HttpExchange exchange, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
