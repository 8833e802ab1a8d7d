package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When negotiationneeded is told, and how often (webrtc-pc, section 4.7). */
class NegotiationNeededTest {
    private final Pair pair = new Pair();
    private final RTCPeerConnection a = pair.a;
    private final AtomicInteger told = new AtomicInteger();

    @BeforeEach
    void listen() {
        a.setOnNegotiationneeded(e -> told.incrementAndGet());
    }

    @AfterEach
    void close() {
        pair.close();
    }

    /** Waits until all that is queued has been done. */
    private static void settle(RTCPeerConnection pc) throws Exception {
        CompletableFuture<Void> last = pc.createOffer().handle((offer, failure) -> null);
        Pair.get(last);
        CompletableFuture<Boolean> behind = new CompletableFuture<>();
        pc.addEventListener("behind", e -> behind.complete(true));
        pc.afterTasks(() -> pc.dispatchEvent(new Event("behind")));
        Pair.get(behind);
    }

    @Test
    void severalChangesAreToldOnce() throws Exception {
        a.addTransceiver("audio");
        a.addTransceiver("video");
        settle(a);
        assertThat(told).hasValue(1);
    }

    @Test
    void itIsToldAgainWhenTheAnswerDoesNotSettleIt() throws Exception {
        a.addTransceiver("audio");
        Pair.get(a.setLocalDescription());
        a.addTransceiver("video"); // after the offer
        Pair.get(pair.b.setRemoteDescription(Objects.requireNonNull(a.getLocalDescription())));
        Pair.get(pair.b.setLocalDescription());
        settle(a);
        int before = told.get();
        Pair.get(a.setRemoteDescription(Objects.requireNonNull(pair.b.getLocalDescription())));
        settle(a);
        assertThat(told.get()).isEqualTo(before + 1);
    }

    @Test
    void whatTakesNegotiationTellsIt() throws Exception {
        RTCRtpTransceiver t = a.addTransceiver(new RtpTrackSource("audio").track(), RTCRtpTransceiverInit.DEFAULT);
        pair.connect();
        settle(a);
        told.set(0);
        t.setDirection(RTCRtpTransceiverDirection.SENDONLY);
        settle(a);
        assertThat(told).as("the peer does not send anyway").hasValue(0);
        t.setDirection(RTCRtpTransceiverDirection.INACTIVE);
        tells("direction", 1);
        t.setDirection(RTCRtpTransceiverDirection.SENDRECV);
        tells("direction again", 2);
        t.getSender().setStreams(new MediaStream());
        tells("streams", 3);
        a.restartIce();
        tells("restart", 4);
        a.removeTrack(t.getSender());
        tells("removed", 5);
        t.stop();
        tells("stopped", 6);
        assertThat(told).as("settled").hasValue(6);
    }

    private void tells(String what, int times) throws Exception {
        settle(a);
        assertThat(told).as(what).hasValue(times);
        Pair.negotiate(a, pair.b);
        settle(a);
        assertThat(told).as(what + ", negotiated").hasValue(times);
    }

    @Test
    void rollbackTellsItAgain() throws Exception {
        a.addTransceiver("audio");
        Pair.get(a.setLocalDescription());
        settle(a);
        int before = told.get();
        Pair.get(a.setLocalDescription(RTCSessionDescription.rollback()));
        settle(a);
        assertThat(told.get()).isEqualTo(before + 1);
        assertThat(a.getTransceivers().get(0).getMid()).isNull();
    }

    @Test
    void whatWasStoppedBeforeAnybodyKnewOfItIsNotNegotiated() throws Exception {
        a.addTransceiver("audio").stop();
        a.addTransceiver("video");
        settle(a);
        int before = told.get();
        Pair.negotiate(a, pair.b);
        settle(a);
        assertThat(told).as("and not again and again").hasValue(before);
        assertThat(a.getTransceivers()).hasSize(1);
        assertThat(Pair.local(a).sdp()).doesNotContain("m=audio");
    }
}
