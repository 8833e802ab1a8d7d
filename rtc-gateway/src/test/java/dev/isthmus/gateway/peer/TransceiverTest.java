package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** addTrack, removeTrack, addTransceiver, stop, directions and what becomes of media descriptions (webrtc-pc, sections 5.1 to 5.4). */
class TransceiverTest {
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

    private static List<String> lines(RTCPeerConnection pc) {
        return Objects.requireNonNull(pc.getLocalDescription()).sdp().lines().filter(l -> l.startsWith("m=")).toList();
    }

    @Test
    void addTrackMakesATransceiverAndRefusesTheSameTrackTwice() {
        MediaStreamTrack track = track("audio");
        RTCRtpSender sender = a.addTrack(track);
        assertThat(a.getSenders()).containsExactly(sender);
        assertThat(a.getReceivers()).hasSize(1);
        assertThat(a.getTransceivers().get(0).getDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDRECV);
        assertThat(a.getTransceivers().get(0).getMid()).isNull();
        assertThat(a.getTransceivers().get(0).getCurrentDirection()).isNull();
        assertThat(sender.getTrack()).isSameAs(track);
        Fails.with("InvalidAccessError", () -> a.addTrack(track));
    }

    @Test
    void addTrackUsesATransceiverThatHasNotSent() {
        RTCRtpTransceiver waiting = a.addTransceiver("audio", RTCRtpTransceiverInit.of(RTCRtpTransceiverDirection.RECVONLY));
        RTCRtpTransceiver idle = a.addTransceiver("video", RTCRtpTransceiverInit.of(RTCRtpTransceiverDirection.INACTIVE));
        assertThat(a.addTrack(track("audio"))).isSameAs(waiting.getSender());
        assertThat(waiting.getDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDRECV);
        a.addTrack(track("video"));
        assertThat(idle.getDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDONLY);
        assertThat(a.getTransceivers()).containsExactly(waiting, idle);
    }

    @Test
    void aSenderThatHasSentIsNotUsedForAnotherTrack() throws Exception {
        RTCRtpSender first = a.addTrack(track("audio"));
        pair.connect();
        a.removeTrack(first);
        assertThat(first.getTrack()).isNull();
        assertThat(a.getTransceivers().get(0).getDirection()).isEqualTo(RTCRtpTransceiverDirection.RECVONLY);
        assertThat(a.addTrack(track("audio"))).isNotSameAs(first);
        assertThat(a.getSenders()).hasSize(2);
    }

    @Test
    void removeTrackOfAnotherConnectionIsRefused() {
        RTCRtpSender sender = b.addTrack(track("audio"));
        Fails.with("InvalidAccessError", () -> a.removeTrack(sender));
    }

    @Test
    void anAddedTrackAnswersAnOfferAndAnAddedTransceiverDoesNot() throws Exception {
        a.addTrack(track("audio"));
        RTCRtpTransceiver other = b.addTransceiver("audio");
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Objects.requireNonNull(a.getLocalDescription())));
        assertThat(b.getTransceivers()).hasSize(2);
        assertThat(other.getMid()).isNull();
        RTCRtpTransceiver made = b.getTransceivers().get(1);
        assertThat(made.getDirection()).isEqualTo(RTCRtpTransceiverDirection.RECVONLY);
        assertThat(made.getMid()).isEqualTo("0");
        b.addTrack(track("audio")); // while the offer is pending: the transceiver that has not sent first
        Pair.get(b.setLocalDescription());
        Pair.get(a.setRemoteDescription(Objects.requireNonNull(b.getLocalDescription())));
        assertThat(a.getTransceivers().get(0).getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDONLY);
    }

    @Test
    void directionsAreNegotiated() throws Exception {
        RTCRtpTransceiver ours = a.addTransceiver(track("audio"), RTCRtpTransceiverInit.DEFAULT);
        b.addTrack(track("audio"));
        pair.connect();
        RTCRtpTransceiver theirs = b.getTransceivers().get(0);
        assertThat(ours.getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDRECV);
        CompletableFuture<Boolean> muted = new CompletableFuture<>();
        theirs.getReceiver().getTrack().setOnMute(e -> muted.complete(true));
        ours.setDirection(RTCRtpTransceiverDirection.RECVONLY);
        Pair.negotiate(a, b);
        assertThat(ours.getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.RECVONLY);
        assertThat(theirs.getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDONLY);
        Fails.with("TypeError", () -> ours.setDirection(RTCRtpTransceiverDirection.STOPPED));
    }

    @Test
    void theTrackLeavesItsStreamWhenItIsNotSentAnyMore() throws Exception {
        MediaStream stream = new MediaStream();
        RTCRtpSender sender = a.addTrack(track("audio"), stream);
        CompletableFuture<MediaStream> received = new CompletableFuture<>();
        b.setOnTrack(e -> received.complete(e.getStreams().get(0)));
        pair.connect();
        MediaStream there = Pair.get(received);
        assertThat(there.getId()).isEqualTo(stream.getId());
        assertThat(there.getTracks()).hasSize(1);
        CompletableFuture<MediaStreamTrack> removed = new CompletableFuture<>();
        there.setOnRemovetrack(e -> removed.complete(e.getTrack()));
        a.removeTrack(sender);
        Pair.negotiate(a, b);
        assertThat(Pair.get(removed)).isSameAs(b.getReceivers().get(0).getTrack());
        assertThat(there.getTracks()).isEmpty();
    }

    @Test
    void oneTrackEventForEachTimeItIsSentAnew() throws Exception {
        RTCRtpTransceiver ours = a.addTransceiver(track("audio"), RTCRtpTransceiverInit.DEFAULT);
        List<String> events = new CopyOnWriteArrayList<>();
        b.setOnTrack(e -> events.add(e.getTrack().getKind()));
        pair.connect();
        Pair.negotiate(a, b);
        assertThat(events).hasSize(1);
        ours.setDirection(RTCRtpTransceiverDirection.INACTIVE);
        Pair.negotiate(a, b);
        ours.setDirection(RTCRtpTransceiverDirection.SENDONLY);
        Pair.negotiate(a, b);
        assertThat(events).hasSize(2);
    }

    @Test
    void aStoppedTransceiverGoesOnBothSidesAndItsPlaceIsUsedAgain() throws Exception {
        RTCRtpTransceiver audio = a.addTransceiver("audio");
        a.addTransceiver("video");
        pair.connect();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        b.getTransceivers().get(0).getReceiver().getTrack().setOnEnded(e -> ended.complete(true));
        audio.stop();
        assertThat(audio.getDirection()).isEqualTo(RTCRtpTransceiverDirection.STOPPED);
        Fails.with("InvalidStateError", () -> audio.setDirection(RTCRtpTransceiverDirection.SENDRECV));
        Pair.negotiate(a, b);
        assertThat(Pair.get(ended)).isTrue();
        assertThat(audio.getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.STOPPED);
        assertThat(a.getTransceivers()).hasSize(1);
        assertThat(b.getTransceivers()).hasSize(1);
        assertThat(lines(a).get(0)).startsWith("m=audio 0 ");
        assertThat(a.getConnectionState()).isEqualTo(RTCPeerConnectionState.CONNECTED);
        RTCRtpTransceiver next = a.addTransceiver("video");
        Pair.negotiate(a, b);
        assertThat(lines(a)).hasSize(2);
        assertThat(lines(a).get(0)).startsWith("m=video ").doesNotStartWith("m=video 0");
        assertThat(next.getMid()).isEqualTo("2");
        assertThat(b.getTransceivers()).hasSize(2);
    }

    @Test
    void theAnswererMayStopToo() throws Exception {
        a.addTransceiver("audio");
        a.addTransceiver("video");
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Objects.requireNonNull(a.getLocalDescription())));
        Pair.get(b.setLocalDescription());
        Pair.get(a.setRemoteDescription(Objects.requireNonNull(b.getLocalDescription())));
        b.getTransceivers().get(1).stop();
        Pair.negotiate(b, a);
        assertThat(a.getTransceivers()).hasSize(1);
        assertThat(b.getTransceivers()).hasSize(1);
    }

    @Test
    void kindsAndEncodingsAreChecked() {
        Fails.with("TypeError", () -> a.addTransceiver("data"));
        Fails.with("TypeError", () -> a.addTransceiver("video", encodings(RTCRtpEncodingParameters.of("a b"))));
        Fails.with("TypeError",
                () -> a.addTransceiver("video", encodings(RTCRtpEncodingParameters.of("a"), RTCRtpEncodingParameters.of("a"))));
        Fails.with("RangeError",
                () -> a.addTransceiver("video", encodings(new RTCRtpEncodingParameters("a", true, null, null, 0.5))));
        Fails.with("RangeError", () -> a.addTransceiver("video", encodings(new RTCRtpEncodingParameters("a", true, null, 0.0, null))));
        assertThat(a.getTransceivers()).isEmpty();
        RTCRtpTransceiver three = a.addTransceiver("video",
                encodings(RTCRtpEncodingParameters.of("q"), RTCRtpEncodingParameters.of("h"), RTCRtpEncodingParameters.of("f")));
        assertThat(three.getSender().getParameters().encodings()).extracting(RTCRtpEncodingParameters::scaleResolutionDownBy)
                .containsExactly(4.0, 2.0, 1.0);
    }

    private static RTCRtpTransceiverInit encodings(RTCRtpEncodingParameters... encodings) {
        return new RTCRtpTransceiverInit(RTCRtpTransceiverDirection.SENDRECV, List.of(), List.of(encodings));
    }

    @Test
    void simulcastIsOfferedAndNarrowedByTheAnswer() throws Exception {
        RTCRtpTransceiver t = a.addTransceiver("video", encodings(RTCRtpEncodingParameters.of("q"), RTCRtpEncodingParameters.of("f")));
        Pair.get(a.setLocalDescription());
        String offer = Objects.requireNonNull(a.getLocalDescription()).sdp();
        assertThat(offer).contains("a=rid:q send", "a=rid:f send", "a=simulcast:send q;f");
        Pair.get(b.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, offer)));
        Pair.get(b.setLocalDescription());
        String answer = Objects.requireNonNull(b.getLocalDescription()).sdp();
        assertThat(answer).as("several encodings of one track are not taken").doesNotContain("a=simulcast");
        String taking = answer + "a=rid:f recv\r\na=simulcast:recv f\r\n";
        Pair.get(a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, taking)));
        assertThat(t.getSender().getParameters().encodings()).extracting(RTCRtpEncodingParameters::rid).containsExactly("f");
    }

    @Test
    void parametersCanOnlyBeSetAsTheyWereGot() throws Exception {
        RTCRtpSender sender = a.addTransceiver("audio").getSender();
        RTCRtpParameters first = sender.getParameters();
        Pair.get(sender.setParameters(first.withEncodings(List.of(first.encodings().get(0).withActive(false)))));
        assertThat(sender.getParameters().encodings().get(0).active()).isFalse();
        Fails.with("InvalidModificationError", sender.setParameters(first));
        RTCRtpParameters second = sender.getParameters();
        Fails.with("InvalidModificationError", sender.setParameters(second.withEncodings(List.of())));
    }

    @Test
    void aTrackCanBeReplacedWithoutNegotiation() throws Exception {
        RTCRtpSender sender = a.addTrack(track("audio"));
        MediaStreamTrack other = track("audio");
        Pair.get(sender.replaceTrack(other));
        assertThat(sender.getTrack()).isSameAs(other);
        Pair.get(sender.replaceTrack(null));
        assertThat(sender.getTrack()).isNull();
        Fails.with("TypeError", sender.replaceTrack(track("video")));
        a.getTransceivers().get(0).stop();
        Fails.with("InvalidStateError", sender.replaceTrack(other));
    }

    @Test
    void codecsAreOfferedAndAnsweredAsPreferred() throws Exception {
        RTCRtpTransceiver audio = a.addTransceiver("audio");
        List<RTCRtpCodec> all = Objects.requireNonNull(RTCRtpSender.getCapabilities("audio")).codecs();
        RTCRtpCodec pcma = all.stream().filter(c -> c.mimeType().equals("audio/PCMA")).findFirst().orElseThrow();
        RTCRtpCodec opus = all.stream().filter(c -> c.mimeType().equals("audio/opus")).findFirst().orElseThrow();
        audio.setCodecPreferences(List.of(pcma, opus));
        pair.connect();
        assertThat(lines(a)).singleElement().asString().endsWith(" 8 111");
        assertThat(audio.getSender().getParameters().codecs().get(0).codec()).isEqualTo(pcma);
        Fails.with("InvalidModificationError", () -> audio.setCodecPreferences(List.of(new RTCRtpCodec("audio/speex", 8000, null, null))));
        assertThat(RTCRtpReceiver.getCapabilities("data")).isNull();
    }

    @Test
    void anAnswerWithoutAProfileOfH264MeansTheOneOffered() throws Exception {
        RTCRtpTransceiver video = a.addTransceiver("video");
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        Pair.get(b.setLocalDescription());
        String answer = Pair.local(b).sdp().replaceAll("(a=fmtp:102 .*);profile-level-id=42e01f", "$1");
        assertThat(answer).isNotEqualTo(Pair.local(b).sdp());
        Pair.get(a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, answer)));
        assertThat(video.getSender().getParameters().codecs()).filteredOn(c -> c.payloadType() == 102).singleElement()
                .satisfies(c -> assertThat(c.codec().sdpFmtpLine()).endsWith(";profile-level-id=42e01f"));
        Pair.get(a.setLocalDescription());
        assertThat(Pair.local(a).sdp()).as("a payload type means the same in the next offer").containsPattern("a=fmtp:102 .*42e01f");
    }

    @Test
    void anAnswerNamesOnlyEncodingsThatAreWanted() throws Exception {
        a.addTransceiver("video", encodings(RTCRtpEncodingParameters.of("q"), RTCRtpEncodingParameters.of("f")));
        b.addTransceiver("video");
        Pair.get(b.setLocalDescription());
        String wanting = Pair.local(b).sdp() + "a=rid:q recv\r\na=rid:x recv\r\na=rid:f recv\r\na=simulcast:recv %s\r\n";
        Pair.get(a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, wanting.formatted("q;f"))));
        a.getTransceivers().get(1).setDirection(RTCRtpTransceiverDirection.SENDRECV);
        Pair.get(a.setLocalDescription());
        assertThat(Pair.local(a).sdp()).contains("a=simulcast:send q;f");
        Pair.get(a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, wanting.formatted("x;f"))));
        assertThat(Pair.get(a.createAnswer()).sdp()).doesNotContain("a=simulcast").doesNotContain("a=rid");
        Fails.with("InvalidAccessError",
                a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, wanting.formatted("x;nobody"))));
    }

    @Test
    void onlyWhatTheAnswerTakesIsReceived() throws Exception {
        RTCRtpTransceiver video = a.addTransceiver("video");
        b.addTrack(track("video"));
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        List<RTCRtpCodec> all = Objects.requireNonNull(RTCRtpReceiver.getCapabilities("video")).codecs();
        b.getTransceivers().get(0).setCodecPreferences(
                all.stream().filter(c -> c.mimeType().endsWith("/rtx") || String.valueOf(c.sdpFmtpLine()).endsWith("42e01f")).toList());
        Pair.get(b.setLocalDescription());
        Pair.get(a.setRemoteDescription(Pair.local(b)));
        List<RTCRtpParameters.CodecParameters> codecs = video.getReceiver().getParameters().codecs();
        assertThat(codecs.stream().filter(c -> c.codec().mimeType().equals("video/H264"))).hasSize(2)
                .allMatch(c -> String.valueOf(c.codec().sdpFmtpLine()).endsWith("42e01f"));
        assertThat(codecs.stream().filter(c -> c.codec().mimeType().endsWith("/rtx"))).hasSize(2);
    }

    private static RTCRtpEncodingParameters framed(RTCRtpEncodingParameters of, double framesASecond) {
        return new RTCRtpEncodingParameters(of.rid(), of.active(), of.maxBitrate(), framesASecond, null);
    }

    @Test
    void parametersHaveBounds() throws Exception {
        RTCRtpSender sender = a.addTransceiver("video").getSender();
        RTCRtpParameters first = sender.getParameters();
        RTCRtpEncodingParameters encoding = first.encodings().get(0);
        Pair.get(sender.setParameters(first.withEncodings(List.of(framed(encoding, 0.0)))));
        assertThat(sender.getParameters().encodings().get(0).scaleResolutionDownBy()).isEqualTo(1.0);
        assertThat(sender.getParameters().encodings().get(0).maxFramerate()).as("it may stand still").isZero();
        Fails.with("RangeError", sender.setParameters(sender.getParameters().withEncodings(List.of(framed(encoding, -1.0)))));
        Fails.with("RangeError", sender.setParameters(sender.getParameters().withEncodings(List.of(encoding.withScale(0.5)))));
    }
}
