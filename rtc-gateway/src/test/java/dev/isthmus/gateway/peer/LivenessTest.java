package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.support.Middle;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A way that is lost, for a while and for good (webrtc-pc, sections 4.3.3 and 4.3.4; RFC 7675). */
class LivenessTest {
    private final Middle middle;
    private final Pair pair;

    LivenessTest() throws Exception {
        middle = new Middle();
        pair = new Pair(middle);
        pair.a.addTransceiver("audio");
    }

    @AfterEach
    void close() {
        pair.close();
        middle.close();
    }

    /** Consent lasts for 30 s. */
    private static void await(CompletableFuture<?> state) throws Exception {
        state.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aWayThatComesBackIsGoneOnWithAndOneThatDoesNotHasFailed() throws Exception {
        pair.connect();
        List<String> ice = new CopyOnWriteArrayList<>();
        List<String> all = new CopyOnWriteArrayList<>();
        pair.a.setOnIceconnectionstatechange(e -> ice.add(pair.a.getIceConnectionState().toString()));
        pair.a.setOnConnectionstatechange(e -> all.add(pair.a.getConnectionState().toString()));
        RTCIceTransport transport = Pair.ice(pair.a);
        CompletableFuture<?> lost = Pair.reaches(pair.a, RTCPeerConnectionState.DISCONNECTED);
        middle.rule = (fromA, datagram) -> null;
        await(lost);
        assertThat(pair.a.getIceConnectionState()).isEqualTo(RTCIceConnectionState.DISCONNECTED);
        assertThat(transport.getState()).isEqualTo(RTCIceTransportState.DISCONNECTED);
        CompletableFuture<?> back = Pair.reaches(pair.a, RTCPeerConnectionState.CONNECTED);
        middle.rule = (fromA, datagram) -> datagram;
        await(back);
        CompletableFuture<?> failed = Pair.reaches(pair.a, RTCPeerConnectionState.FAILED);
        CompletableFuture<?> failedToo = Pair.reaches(pair.b, RTCPeerConnectionState.FAILED);
        middle.rule = (fromA, datagram) -> null;
        await(failed);
        await(failedToo);
        assertThat(pair.a.getIceConnectionState()).isEqualTo(RTCIceConnectionState.FAILED);
        assertThat(transport.getState()).isEqualTo(RTCIceTransportState.FAILED);
        assertThat(ice).as("all candidates are known by now").containsExactly("disconnected", "completed", "disconnected", "failed");
        assertThat(all).containsExactly("disconnected", "connected", "disconnected", "failed");
    }
}
