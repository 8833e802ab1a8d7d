package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls in an order that is allowed and not usual. */
class SequencesTest {
    private final Pair pair = new Pair();
    private final RTCPeerConnection a = pair.a;
    private final RTCPeerConnection b = pair.b;

    @AfterEach
    void close() {
        pair.close();
    }

    private static RTCSessionDescription offer(String sdp) {
        return new RTCSessionDescription(RTCSdpType.OFFER, sdp);
    }

    @Test
    void anOfferOfNothing() throws Exception {
        Pair.negotiate(a, b);
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        assertThat(b.getCanTrickleIceCandidates()).isTrue();
        assertThat(a.getConnectionState()).isEqualTo(RTCPeerConnectionState.NEW);
        a.addTransceiver("audio");
        pair.connect();
    }

    @Test
    void aServerWithANameDelaysNothingElse() throws Exception {
        RTCConfiguration named = RTCConfiguration.DEFAULT.withIceServers(List.of(RTCIceServer.of("stun:localhost:9")));
        try (Pair other = new Pair(named, named)) {
            other.a.addTransceiver("audio");
            other.connect();
        }
    }

    @Test
    void nonsenseDoesNotStopTheChain() throws Exception {
        a.addTransceiver("audio");
        RTCSessionDescription none = nothing();
        assertThat(a.setLocalDescription(none)).failsWithin(java.time.Duration.ofSeconds(5));
        assertThat(a.setRemoteDescription(none)).failsWithin(java.time.Duration.ofSeconds(5));
        pair.connect();
    }

    @SuppressWarnings("NullAway")
    private static RTCSessionDescription nothing() {
        return null;
    }

    @Test
    void aListenerThatFailsStopsNothing() throws Exception {
        a.setOnSignalingstatechange(e -> {
            throw new AssertionError("on purpose");
        });
        a.addTransceiver("audio");
        pair.connect();
    }

    @Test
    void anOfferCanBeSetAgainAfterItWasTakenBack() throws Exception {
        a.addTransceiver("audio");
        RTCSessionDescription made = Pair.get(a.createOffer());
        Pair.get(a.setLocalDescription(made));
        Pair.get(a.setLocalDescription(RTCSessionDescription.rollback()));
        Pair.get(a.setLocalDescription(made));
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        Pair.get(b.setLocalDescription());
        Pair.get(a.setRemoteDescription(Pair.local(b)));
        Pair.get(Pair.reaches(a, RTCPeerConnectionState.CONNECTED));
    }

    @Test
    void anAnswerToAnotherOfferIsNotTaken() throws Exception {
        a.addTransceiver("audio");
        String first = Pair.get(a.createOffer()).sdp();
        Pair.get(b.setRemoteDescription(offer(first)));
        RTCSessionDescription answer = Pair.get(b.createAnswer());
        a.addTransceiver("video");
        Pair.get(b.setRemoteDescription(offer(Pair.get(a.createOffer()).sdp())));
        Fails.with("InvalidModificationError", b.setLocalDescription(answer));
        Pair.get(b.setLocalDescription());
        assertThat(Pair.local(b).sdp().lines().filter(l -> l.startsWith("m="))).hasSize(2);
    }

    @Test
    void aSecondOfferInPlaceOfTheFirstIsCheckedAgainstIt() throws Exception {
        a.addTransceiver("audio");
        a.addTransceiver("video");
        String first = Pair.get(a.createOffer()).sdp();
        Pair.get(b.setRemoteDescription(offer(first)));
        Fails.with("InvalidAccessError",
                b.setRemoteDescription(offer(first.replace("a=mid:0", "a=mid:x").replace("BUNDLE 0", "BUNDLE x"))));
        assertThat(b.getTransceivers()).hasSize(2);
    }

    @Test
    void theDescriptionThatTellsTheTransportIsTheFirstOfTheGroup() throws Exception {
        a.addTransceiver("audio");
        a.addTransceiver("video");
        String sdp = Pair.get(a.createOffer()).sdp().replace("BUNDLE 0 1", "BUNDLE 1 0");
        Pair.get(b.setRemoteDescription(offer(sdp)));
        Pair.get(b.setLocalDescription());
        Awaitility.await().until(() -> b.getIceGatheringState() == RTCIceGatheringState.COMPLETE);
        String answer = Pair.local(b).sdp();
        assertThat(answer).contains("a=group:BUNDLE 1 0");
        assertThat(answer.indexOf("a=candidate")).isGreaterThan(answer.indexOf("m=video"));
    }

    @Test
    void aRestartWithAProvisionalAnswer() throws Exception {
        a.addTransceiver("audio");
        pair.connect();
        a.restartIce();
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        RTCSessionDescription answer = Pair.get(b.createAnswer());
        RTCSessionDescription provisional = new RTCSessionDescription(RTCSdpType.PRANSWER, answer.sdp());
        Pair.get(b.setLocalDescription(provisional));
        Pair.get(a.setRemoteDescription(provisional));
        Pair.get(b.setLocalDescription());
        Pair.get(a.setRemoteDescription(Pair.local(b)));
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        Pair.get(Pair.reaches(a, RTCPeerConnectionState.CONNECTED));
    }

    @Test
    void aPlaceThatOnlyThePendingOfferRefusesIsNotUsedAgain() throws Exception {
        a.addTransceiver("audio");
        a.addTransceiver("video");
        pair.connect();
        a.getTransceivers().get(0).stop();
        Pair.get(a.setLocalDescription());
        a.addTransceiver("video");
        String sdp = Pair.get(a.createOffer()).sdp();
        assertThat(sdp.lines().filter(l -> l.startsWith("m="))).hasSize(3);
        Pair.get(b.setRemoteDescription(offer(sdp)));
    }

    @Test
    void aCodecThatIsOfferedTwiceStandsOnOurLineOnce() throws Exception {
        a.addTransceiver("audio");
        String sdp = Pair.get(a.createOffer()).sdp().replaceFirst("(m=audio .*)\r\n", "$1 120\r\n") + "a=rtpmap:120 opus/48000/2\r\n";
        Pair.get(b.setRemoteDescription(offer(sdp)));
        Pair.get(b.setLocalDescription());
        b.addTransceiver("audio");
        List<String> formats = new ArrayList<>(
                List.of(Pair.get(b.createOffer()).sdp().lines().filter(l -> l.startsWith("m=")).findFirst().orElseThrow().split(" ")));
        assertThat(formats.subList(3, formats.size())).as("behind the port, which may be 9 as well").doesNotHaveDuplicates();
    }

    @Test
    void theOfferThatWasMadeIsTheOneThatIsSet() throws Exception {
        a.addTransceiver("audio");
        pair.connect();
        RTCSessionDescription restart = Pair.get(a.createOffer(RTCOfferOptions.restart()));
        Pair.get(a.setLocalDescription());
        String ufrag = restart.sdp().lines().filter(l -> l.startsWith("a=ice-ufrag")).findFirst().orElseThrow();
        assertThat(Pair.local(a).sdp()).contains(ufrag);
    }

    @Test
    void transportsThatAnExchangeHasMadeUselessEnd() throws Exception {
        a.addTransceiver("audio");
        RTCRtpTransceiver video = a.addTransceiver("video");
        Pair.get(a.setLocalDescription());
        RTCDtlsTransport useless = Objects.requireNonNull(video.getSender().getTransport());
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        Pair.get(b.setLocalDescription());
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        useless.setOnStatechange(e -> ended.complete(useless.getState() == RTCDtlsTransportState.CLOSED));
        Pair.get(a.setRemoteDescription(Pair.local(b)));
        assertThat(Pair.get(ended)).isTrue();
        assertThat(useless.getIceTransport().getState()).isEqualTo(RTCIceTransportState.CLOSED);
    }

    @Test
    void anEndedConnectionEndsItsTracks() throws Exception {
        a.addTransceiver("audio");
        pair.connect();
        MediaStreamTrack track = a.getReceivers().get(0).getTrack();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        track.setOnEnded(e -> ended.complete(true));
        a.close();
        assertThat(Pair.get(ended)).isTrue();
        assertThat(track.getReadyState()).isEqualTo(MediaStreamTrackState.ENDED);
    }
}
