package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state machine of offer and answer: which description is due, what is pending and what in force, and in which order that is told. */
class SignalingTest {
    private final Pair pair = new Pair();
    private final RTCPeerConnection a = pair.a;
    private final RTCPeerConnection b = pair.b;

    @org.junit.jupiter.api.AfterEach
    void close() {
        pair.close();
    }

    @Test
    void everyStepOfAnExchange() throws Exception {
        a.addTransceiver("audio");
        RTCSessionDescription offer = Pair.get(a.createOffer());
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        Pair.get(a.setLocalDescription(offer));
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.HAVE_LOCAL_OFFER);
        assertThat(a.getPendingLocalDescription()).isNotNull().isSameAs(a.getLocalDescription());
        assertThat(a.getCurrentLocalDescription()).isNull();
        Pair.get(b.setRemoteDescription(offer));
        assertThat(b.getSignalingState()).isEqualTo(RTCSignalingState.HAVE_REMOTE_OFFER);
        assertThat(b.getPendingRemoteDescription()).isNotNull().isSameAs(b.getRemoteDescription());
        RTCSessionDescription answer = Pair.get(b.createAnswer());
        Pair.get(b.setLocalDescription(answer));
        assertThat(b.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        assertThat(b.getPendingLocalDescription()).isNull();
        assertThat(b.getPendingRemoteDescription()).isNull();
        assertThat(b.getCurrentRemoteDescription()).isNotNull();
        Pair.get(a.setRemoteDescription(answer));
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        assertThat(a.getPendingLocalDescription()).isNull();
        assertThat(Objects.requireNonNull(a.getCurrentLocalDescription()).type()).isEqualTo(RTCSdpType.OFFER);
        assertThat(Objects.requireNonNull(a.getCurrentRemoteDescription()).type()).isEqualTo(RTCSdpType.ANSWER);
        assertThat(a.getCanTrickleIceCandidates()).isTrue();
    }

    @Test
    void provisionalAnswersKeepTheExchangeOpen() throws Exception {
        a.addTransceiver("audio");
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        RTCSessionDescription answer = Pair.get(b.createAnswer());
        RTCSessionDescription provisional = new RTCSessionDescription(RTCSdpType.PRANSWER, answer.sdp());
        Pair.get(b.setLocalDescription(provisional));
        assertThat(b.getSignalingState()).isEqualTo(RTCSignalingState.HAVE_LOCAL_PRANSWER);
        assertThat(Objects.requireNonNull(b.getPendingLocalDescription()).type()).isEqualTo(RTCSdpType.PRANSWER);
        Pair.get(a.setRemoteDescription(provisional));
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.HAVE_REMOTE_PRANSWER);
        Fails.with("InvalidStateError", a.setLocalDescription(RTCSessionDescription.rollback()));
        CompletableFuture<?> connected = Pair.reaches(a, RTCPeerConnectionState.CONNECTED);
        Pair.get(connected); // media need not wait for the last answer
        Pair.get(b.setLocalDescription());
        Pair.get(a.setRemoteDescription(Pair.local(b)));
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        assertThat(b.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
    }

    @Test
    void whatIsNotDueIsRefused() throws Exception {
        a.addTransceiver("audio");
        Fails.with("InvalidStateError", a.createAnswer());
        Fails.with("InvalidStateError", a.setLocalDescription(new RTCSessionDescription(RTCSdpType.ANSWER, "")));
        Fails.with("InvalidStateError", a.setLocalDescription(RTCSessionDescription.rollback()));
        RTCSessionDescription offer = Pair.get(a.createOffer());
        Fails.with("InvalidStateError", a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, offer.sdp())));
        Pair.get(b.setRemoteDescription(offer));
        Fails.with("InvalidStateError", b.createOffer());
        Fails.with("InvalidStateError", b.setLocalDescription(new RTCSessionDescription(RTCSdpType.OFFER, "")));
    }

    @Test
    void onlyWhatWasMadeLastCanBeSet() throws Exception {
        a.addTransceiver("audio");
        RTCSessionDescription first = Pair.get(a.createOffer());
        Pair.get(a.createOffer());
        Fails.with("InvalidModificationError", a.setLocalDescription(first));
        Fails.with("InvalidModificationError",
                a.setLocalDescription(new RTCSessionDescription(RTCSdpType.OFFER, first.sdp().replace("a=sendrecv", "a=sendonly"))));
        Pair.get(b.setRemoteDescription(first));
        Fails.with("InvalidModificationError", b.setLocalDescription(new RTCSessionDescription(RTCSdpType.ANSWER, first.sdp())));
    }

    @Test
    void theVersionGrowsAndTheRestOfTheOriginStays() throws Exception {
        a.addTransceiver("audio");
        String[] one = origin(Pair.get(a.createOffer()));
        String[] two = origin(Pair.get(a.createOffer()));
        assertThat(two[1]).isEqualTo(one[1]);
        assertThat(Long.parseLong(two[2])).isEqualTo(Long.parseLong(one[2]) + 1);
        assertThat(Long.parseLong(one[1])).isNotNegative();
    }

    private static String[] origin(RTCSessionDescription d) {
        return d.sdp().lines().filter(l -> l.startsWith("o=")).findFirst().orElseThrow().split(" ");
    }

    @Test
    void aStateItsEventAndTheCompletionAreOneTask() throws Exception {
        a.addTransceiver("audio");
        List<String> seen = new CopyOnWriteArrayList<>();
        a.setOnSignalingstatechange(e -> seen.add("event " + a.getSignalingState()));
        CompletableFuture<Void> set = a.setLocalDescription();
        CompletableFuture<Void> noted = set.thenRun(() -> seen.add("set " + a.getSignalingState()));
        Pair.get(noted);
        assertThat(seen).containsExactly("event have-local-offer", "set have-local-offer");
    }

    @Test
    void tracksAreToldBetweenTheStateAndTheCompletion() throws Exception {
        MediaStream stream = new MediaStream();
        a.addTrack(new RtpTrackSource("audio").track(), stream);
        Pair.get(a.setLocalDescription());
        List<String> seen = new CopyOnWriteArrayList<>();
        b.setOnSignalingstatechange(e -> seen.add("state " + b.getSignalingState()));
        b.setOnTrack(e -> seen.add("track " + e.getStreams().get(0).getId().equals(stream.getId())
                + e.getStreams().get(0).getTracks().contains(e.getTrack()) + e.getTrack().isMuted()));
        Pair.get(b.setRemoteDescription(Pair.local(a)).thenRun(() -> seen.add("set")));
        assertThat(seen).containsExactly("state have-remote-offer", "track truetruetrue", "set");
    }

    @Test
    void operationsFollowOneAnother() throws Exception {
        a.addTransceiver("audio");
        List<String> done = new CopyOnWriteArrayList<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        all.add(a.createOffer().thenRun(() -> done.add("offer")));
        all.add(a.setLocalDescription().thenRun(() -> done.add("local " + a.getSignalingState())));
        all.add(a.setLocalDescription(RTCSessionDescription.rollback()).thenRun(() -> done.add("rollback " + a.getSignalingState())));
        all.add(a.createOffer().thenRun(() -> done.add("again")));
        for (CompletableFuture<?> each : all) {
            Pair.get(each);
        }
        assertThat(done).containsExactly("offer", "local have-local-offer", "rollback stable", "again");
    }

    @Test
    void waitingOnTheQueueIsRefusedInsteadOfHanging() throws Exception {
        CompletableFuture<Class<?>> refused = new CompletableFuture<>();
        a.setOnNegotiationneeded(e -> {
            try {
                a.createOffer().join();
            } catch (IllegalStateException expected) {
                refused.complete(expected.getClass());
            }
        });
        a.addTransceiver("audio");
        assertThat(Pair.get(refused)).isEqualTo(IllegalStateException.class);
    }

    @Test
    void afterCloseNothingIsToldAndEverythingIsRefused() throws Exception {
        a.addTransceiver("audio");
        pair.connect();
        List<String> seen = new CopyOnWriteArrayList<>();
        for (String type : List.of("signalingstatechange", "connectionstatechange", "iceconnectionstatechange",
                "icegatheringstatechange")) {
            a.addEventListener(type, e -> seen.add(e.getType()));
        }
        CompletableFuture<?> gone = Pair.reaches(b, RTCPeerConnectionState.CONNECTED);
        Pair.get(gone);
        CompletableFuture<Boolean> noticed = new CompletableFuture<>();
        Objects.requireNonNull(b.getReceivers().get(0).getTransport()).setOnStatechange(e -> noticed.complete(true));
        a.close();
        a.close();
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.CLOSED);
        assertThat(a.getConnectionState()).isEqualTo(RTCPeerConnectionState.CLOSED);
        assertThat(a.getIceConnectionState()).isEqualTo(RTCIceConnectionState.CLOSED);
        Fails.with("InvalidStateError", a.createOffer());
        Fails.with("InvalidStateError", a.setRemoteDescription(Pair.local(b)));
        Fails.with("InvalidStateError", a.addIceCandidate(null));
        Fails.with("InvalidStateError", () -> a.addTransceiver("audio"));
        Fails.with("InvalidStateError", () -> a.addTrack(new RtpTrackSource("audio").track()));
        assertThat(Pair.get(noticed)).isTrue();
        assertThat(Objects.requireNonNull(b.getReceivers().get(0).getTransport()).getState()).isEqualTo(RTCDtlsTransportState.CLOSED);
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nx=y\r\n",
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n=\r\n",
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio x RTP/AVP 0\r\n"})
    void aMalformedLineIsNamed(String sdp) {
        RTCError error = (RTCError) Fails.with("OperationError", a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, sdp)));
        assertThat(error.getErrorDetail()).hasToString("sdp-syntax-error");
        assertThat(error.getSdpLineNumber()).isEqualTo(5);
        assertThat(a.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
    }

    @Test
    void theOptionsOfOldMakeTransceiversAndTurnThem() throws Exception {
        String sdp = Pair.get(a.createOffer(new RTCOfferOptions(false, true, null))).sdp();
        assertThat(sdp).contains("m=audio", "a=recvonly").doesNotContain("m=video");
        assertThat(a.getTransceivers()).hasSize(1);
        Pair.get(a.createOffer(new RTCOfferOptions(false, true, true)));
        assertThat(a.getTransceivers()).as("one that receives is enough").hasSize(2);
        a.addTrack(new RtpTrackSource("audio").track());
        assertThat(a.getTransceivers().get(0).getDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDRECV);
        Pair.get(a.createOffer(new RTCOfferOptions(false, false, false)));
        assertThat(a.getTransceivers()).extracting(RTCRtpTransceiver::getDirection)
                .containsExactly(RTCRtpTransceiverDirection.SENDONLY, RTCRtpTransceiverDirection.INACTIVE);
    }

    @Test
    void aPeerThatSaysNothingOfTrickleDoesNotTakeIt() throws Exception {
        a.addTransceiver("audio");
        String sdp = Pair.get(a.createOffer()).sdp().replaceAll("a=ice-options:.*\r\n", "");
        assertThat(b.getCanTrickleIceCandidates()).isNull();
        Pair.get(b.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, sdp)));
        assertThat(b.getCanTrickleIceCandidates()).isFalse();
    }
}
