package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exchanges that are taken back, by the application or by an offer of the peer's (RFC 9429, section 5.7; webrtc-pc, section 4.4.1.4). */
class RollbackTest {
    private final Pair pair = new Pair();
    private final RTCPeerConnection a = pair.a;
    private final RTCPeerConnection b = pair.b;

    @AfterEach
    void close() {
        pair.close();
    }

    private static MediaStreamTrack track(String kind) {
        return new RtpTrackSource(kind).track();
    }

    @Test
    void aLocalOfferIsTakenBack() throws Exception {
        RTCRtpTransceiver t = a.addTransceiver("audio");
        Pair.get(a.setLocalDescription());
        assertThat(t.getMid()).isEqualTo("0");
        assertThat(t.getSender().getTransport()).isNotNull();
        Pair.get(a.setLocalDescription(RTCSessionDescription.rollback()));
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        assertThat(a.getLocalDescription()).isNull();
        assertThat(t.getMid()).isNull();
        assertThat(t.getSender().getTransport()).isNull();
        pair.connect();
        assertThat(t.getMid()).isNotNull();
    }

    @Test
    void aRemoteOfferIsTakenBackWithWhatItHasMade() throws Exception {
        a.addTrack(track("audio"), new MediaStream());
        Pair.get(a.setLocalDescription());
        CompletableFuture<RTCTrackEvent> told = new CompletableFuture<>();
        b.setOnTrack(told::complete);
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        RTCTrackEvent event = Pair.get(told);
        assertThat(b.getTransceivers()).hasSize(1);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        event.getTrack().setOnEnded(e -> ended.complete(true));
        Pair.get(b.setRemoteDescription(RTCSessionDescription.rollback()));
        assertThat(b.getTransceivers()).isEmpty();
        assertThat(b.getRemoteDescription()).isNull();
        assertThat(event.getTransceiver().getDirection()).isEqualTo(RTCRtpTransceiverDirection.STOPPED);
        assertThat(event.getStreams().get(0).getTracks()).isEmpty();
        Pair.get(ended);
        assertThat(event.getTrack().getReadyState()).isEqualTo(MediaStreamTrackState.ENDED);
    }

    @Test
    void aTransceiverWithATrackSurvivesTheOfferThatUsedIt() throws Exception {
        b.addTrack(track("audio"));
        a.addTransceiver("audio");
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        assertThat(b.getTransceivers().get(0).getMid()).isEqualTo("0");
        Pair.get(b.setLocalDescription(RTCSessionDescription.rollback()));
        assertThat(b.getTransceivers()).hasSize(1);
        assertThat(b.getTransceivers().get(0).getMid()).isNull();
        assertThat(Pair.get(b.createOffer()).sdp()).contains("m=audio");
    }

    @Test
    void anExchangeThatIsTakenBackLeavesTheSessionAsItWas() throws Exception {
        RTCRtpTransceiver audio = a.addTransceiver(track("audio"), RTCRtpTransceiverInit.DEFAULT);
        pair.connect();
        String before = Objects.requireNonNull(a.getCurrentLocalDescription()).sdp();
        audio.setDirection(RTCRtpTransceiverDirection.INACTIVE);
        a.addTransceiver("video");
        a.restartIce();
        Pair.get(a.setLocalDescription());
        assertThat(Pair.local(a).sdp()).isNotEqualTo(before);
        Pair.get(a.setLocalDescription(RTCSessionDescription.rollback()));
        assertThat(Pair.local(a).sdp()).isEqualTo(before);
        assertThat(audio.getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDONLY);
        assertThat(a.getConnectionState()).isNotEqualTo(RTCPeerConnectionState.FAILED);
        Pair.negotiate(a, b);
        assertThat(a.getTransceivers()).hasSize(2);
        Pair.get(Pair.reaches(a, RTCPeerConnectionState.CONNECTED));
        Pair.get(Pair.reaches(b, RTCPeerConnectionState.CONNECTED));
    }

    @Test
    void aRemoteOfferTakesBackALocalOne() throws Exception {
        a.addTransceiver("audio");
        b.addTransceiver("video");
        Pair.get(a.setLocalDescription());
        Pair.get(b.setLocalDescription());
        List<String> states = new CopyOnWriteArrayList<>();
        a.setOnSignalingstatechange(e -> states.add(a.getSignalingState().toString()));
        Pair.get(a.setRemoteDescription(Pair.local(b)));
        assertThat(states).containsExactly("stable", "have-remote-offer");
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        Pair.negotiate(a, b); // what was taken back is offered again
        assertThat(a.getTransceivers()).hasSize(2);
        assertThat(b.getTransceivers()).hasSize(2);
        Pair.get(Pair.reaches(a, RTCPeerConnectionState.CONNECTED));
    }

    /** The pattern of webrtc-pc, section 10.7: the polite side gives way, the other one ignores the offer. */
    private static final class Perfect {
        private final RTCPeerConnection pc;
        private final boolean polite;
        private volatile boolean makingOffer;
        private volatile boolean ignoreOffer;
        private volatile boolean settingAnswer;
        private volatile java.util.function.@org.jspecify.annotations.Nullable Consumer<RTCSessionDescription> send;

        Perfect(RTCPeerConnection pc, boolean polite) {
            this.pc = pc;
            this.polite = polite;
            pc.setOnNegotiationneeded(e -> {
                makingOffer = true;
                pc.setLocalDescription().whenComplete((done, failure) -> {
                    makingOffer = false;
                    tell();
                });
            });
        }

        private void tell() {
            RTCSessionDescription description = pc.getLocalDescription();
            var way = send;
            if (way != null && description != null) {
                way.accept(description);
            }
        }

        void hear(RTCSessionDescription description) {
            boolean ready = !makingOffer && (pc.getSignalingState() == RTCSignalingState.STABLE || settingAnswer);
            ignoreOffer = !polite && description.type() == RTCSdpType.OFFER && !ready;
            if (!ignoreOffer) {
                settingAnswer = description.type() == RTCSdpType.ANSWER;
                pc.setRemoteDescription(description).thenRun(() -> {
                    if (description.type() == RTCSdpType.OFFER) {
                        pc.setLocalDescription().thenRun(this::tell);
                    }
                });
            }
        }
    }

    @Test
    void perfectNegotiationSurvivesGlare() throws Exception {
        Perfect polite = new Perfect(a, true);
        Perfect impolite = new Perfect(b, false);
        CompletableFuture<Boolean> gotAudio = new CompletableFuture<>();
        CompletableFuture<Boolean> gotVideo = new CompletableFuture<>();
        a.setOnTrack(e -> gotVideo.complete(e.getTrack().getKind().equals("video")));
        b.setOnTrack(e -> gotAudio.complete(e.getTrack().getKind().equals("audio")));
        polite.send = d -> b.afterTasks(() -> impolite.hear(d));
        impolite.send = d -> a.afterTasks(() -> polite.hear(d));
        CompletableFuture<?> one = Pair.reaches(a, RTCPeerConnectionState.CONNECTED);
        CompletableFuture<?> other = Pair.reaches(b, RTCPeerConnectionState.CONNECTED);
        a.addTrack(track("audio"), new MediaStream());
        b.addTrack(track("video"), new MediaStream());
        Pair.get(one);
        Pair.get(other);
        assertThat(Pair.get(gotAudio)).isTrue();
        assertThat(Pair.get(gotVideo)).isTrue();
    }
}
