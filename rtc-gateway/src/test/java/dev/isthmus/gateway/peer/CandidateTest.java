package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Candidates, ours and the peer's (webrtc-pc, sections 4.4.2, 4.8 and 5.6). */
class CandidateTest {

    @Test
    void gatheringIsToldInOrder() throws Exception {
        try (RTCPeerConnection pc = new RTCPeerConnection(RTCConfiguration.DEFAULT, Pair.NETWORK)) {
            List<String> seen = new CopyOnWriteArrayList<>();
            CompletableFuture<Boolean> complete = new CompletableFuture<>();
            pc.setOnIcegatheringstatechange(e -> seen.add("state " + pc.getIceGatheringState()));
            pc.setOnIcecandidate(e -> {
                RTCIceCandidate c = e.getCandidate();
                seen.add(c == null ? "null" : c.candidate().isEmpty() ? "end of " + c.sdpMid() : "candidate of " + c.sdpMid());
                if (c == null) {
                    complete.complete(true);
                }
            });
            pc.addTransceiver("audio");
            pc.addTransceiver("video");
            Pair.get(pc.setLocalDescription());
            Pair.get(complete);
            assertThat(seen).startsWith("state gathering");
            assertThat(seen).endsWith("state complete", "null");
            assertThat(seen.indexOf("candidate of 0")).isPositive().isLessThan(seen.indexOf("end of 0"));
            assertThat(seen).contains("candidate of 1", "end of 1");
            assertThat(Pair.local(pc).sdp().lines().filter(l -> l.startsWith("a=candidate:")).count()).isEqualTo(2);
            assertThat(Pair.local(pc).sdp().lines().filter(l -> l.equals("a=end-of-candidates")).count()).isEqualTo(2);
        }
    }

    @Test
    void aDescriptionStaysTheSameObjectUntilACandidateComes() throws Exception {
        try (Pair pair = new Pair()) {
            pair.a.addTransceiver("audio");
            pair.connect();
            assertThat(pair.a.getLocalDescription()).isSameAs(pair.a.getLocalDescription());
            RTCSessionDescription before = Objects.requireNonNull(pair.a.getRemoteDescription());
            String ufrag = before.sdp().lines().filter(l -> l.startsWith("a=ice-ufrag:")).findFirst().orElseThrow().substring(12);
            String line = "candidate:9 1 udp 1 127.0.0.1 4444 typ host";
            Pair.get(pair.a.addIceCandidate(new RTCIceCandidate(line, "0", 0, ufrag)));
            assertThat(Objects.requireNonNull(pair.a.getRemoteDescription()).sdp()).contains("a=" + line);
            assertThat(before.sdp()).doesNotContain(line);
        }
    }

    @Test
    void whatCannotBeAddedIsRefused() throws Exception {
        String line = "candidate:9 1 udp 1 127.0.0.1 4444 typ host";
        try (Pair pair = new Pair()) {
            Fails.with("TypeError", pair.b.addIceCandidate(new RTCIceCandidate(line, null, null, null)));
            Fails.with("InvalidStateError", pair.b.addIceCandidate(RTCIceCandidate.of(line, "0", 0)));
            pair.a.addTransceiver("audio");
            Pair.get(pair.a.setLocalDescription());
            Pair.get(pair.b.setRemoteDescription(Pair.local(pair.a)));
            Fails.with("OperationError", pair.b.addIceCandidate(RTCIceCandidate.of(line, "7", 0)));
            Fails.with("OperationError", pair.b.addIceCandidate(RTCIceCandidate.of(line, null, 3)));
            Fails.with("OperationError", pair.b.addIceCandidate(new RTCIceCandidate(line, "0", 0, "nobody")));
            Fails.with("OperationError", pair.b.addIceCandidate(RTCIceCandidate.of("candidate:nonsense", "0", 0)));
            Pair.get(pair.b.addIceCandidate(RTCIceCandidate.of(line, "0", 0)));
            Pair.get(pair.b.addIceCandidate(null));
            assertThat(Objects.requireNonNull(pair.b.getRemoteDescription()).sdp()).contains("a=" + line, "a=end-of-candidates");
            Fails.with("TypeError", () -> RTCIceCandidate.of(line, null, null));
        }
    }

    @Test
    void theyAreTakenBeforeTheAnswer() throws Exception {
        try (Pair pair = new Pair()) {
            pair.a.setOnIcecandidate(null);
            List<RTCIceCandidate> ofA = new CopyOnWriteArrayList<>();
            CompletableFuture<Boolean> all = new CompletableFuture<>();
            pair.a.setOnIcecandidate(e -> {
                RTCIceCandidate c = e.getCandidate();
                if (c == null) {
                    all.complete(true);
                } else {
                    ofA.add(c);
                }
            });
            pair.a.addTransceiver("audio");
            String bare = Pair.get(pair.a.createOffer()).sdp();
            Pair.get(pair.a.setLocalDescription());
            Pair.get(all);
            pair.b.setOnIcecandidate(null); // the peer has to find out by itself where we are
            Pair.get(pair.b.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, bare(Pair.local(pair.a).sdp()))));
            assertThat(bare).doesNotContain("a=candidate");
            for (RTCIceCandidate each : new ArrayList<>(ofA)) {
                Pair.get(pair.b.addIceCandidate(each));
            }
            Pair.get(pair.b.setLocalDescription());
            Pair.get(pair.a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, bare(Pair.local(pair.b).sdp()))));
            Pair.get(Pair.reaches(pair.a, RTCPeerConnectionState.CONNECTED));
        }
    }

    private static String bare(String sdp) {
        return String.join("\r\n", sdp.lines().filter(l -> !l.startsWith("a=candidate") && !l.equals("a=end-of-candidates")).toList())
                + "\r\n";
    }

    @Test
    void aServerThatDoesNotAnswerIsNamed() throws Exception {
        RTCConfiguration with = RTCConfiguration.DEFAULT
                .withIceServers(List.of(RTCIceServer.of("turn:127.0.0.1:9?transport=tcp", "u", "p")));
        try (RTCPeerConnection pc = new RTCPeerConnection(with, Pair.NETWORK)) {
            CompletableFuture<RTCPeerConnectionIceErrorEvent> told = new CompletableFuture<>();
            pc.setOnIcecandidateerror(told::complete);
            pc.addTransceiver("audio");
            Pair.get(pc.setLocalDescription());
            RTCPeerConnectionIceErrorEvent error = Pair.get(told);
            assertThat(error.getUrl()).isEqualTo("turn:127.0.0.1:9?transport=tcp");
            assertThat(error.getErrorCode()).isEqualTo(701);
            assertThat(error.getErrorText()).isNotEmpty();
        }
    }

    @Test
    void aRestartHasNewCredentialsAndKeepsTheAssociation() throws Exception {
        try (Pair pair = new Pair()) {
            pair.a.addTransceiver("audio");
            pair.connect();
            RTCDtlsTransport transport = Objects.requireNonNull(pair.a.getSenders().get(0).getTransport());
            List<String> dtls = new CopyOnWriteArrayList<>();
            transport.setOnStatechange(e -> dtls.add(transport.getState().toString()));
            RTCIceTransport ice = transport.getIceTransport();
            assertThat(ice.getRole()).isEqualTo(RTCIceRole.CONTROLLING);
            String before = Objects.requireNonNull(ice.getLocalParameters()).usernameFragment();
            CompletableFuture<Boolean> selected = new CompletableFuture<>();
            ice.setOnSelectedcandidatepairchange(e -> selected.complete(true));
            pair.a.restartIce();
            Pair.negotiate(pair.a, pair.b);
            assertThat(Pair.get(selected)).isTrue();
            assertThat(Objects.requireNonNull(ice.getLocalParameters()).usernameFragment()).isNotEqualTo(before);
            assertThat(Objects.requireNonNull(pair.a.getSenders().get(0).getTransport())).isSameAs(transport);
            assertThat(dtls).isEmpty();
        }
    }

    @Test
    void moreThanAnybodyChecksAreIgnored() throws Exception {
        try (Pair pair = new Pair()) {
            pair.a.setOnIcecandidate(null);
            pair.a.addTransceiver("audio");
            Pair.get(pair.a.setLocalDescription());
            Pair.get(pair.b.setRemoteDescription(Pair.local(pair.a)));
            for (int i = 0; i < 300; i++) {
                Pair.get(pair.b.addIceCandidate(RTCIceCandidate.of("candidate:9 1 udp 1 127.0.0.1 " + (20_000 + i) + " typ host", "0", 0)));
            }
            String sdp = Objects.requireNonNull(pair.b.getRemoteDescription()).sdp();
            assertThat(sdp.lines().filter(l -> l.startsWith("a=candidate:9 ")).count()).isEqualTo(100);
        }
    }

    @Test
    void theEndOfAllIsTakenWhereThereIsNothing() throws Exception {
        try (Pair pair = new Pair()) {
            Pair.get(pair.b.setRemoteDescription(Pair.get(pair.a.createOffer())));
            Pair.get(pair.b.addIceCandidate(null));
        }
    }

    @Test
    void nothingIsToldOnceAHandlerHasClosed() throws Exception {
        try (RTCPeerConnection pc = new RTCPeerConnection(RTCConfiguration.DEFAULT, Pair.NETWORK)) {
            List<String> after = new CopyOnWriteArrayList<>();
            CompletableFuture<Boolean> behind = new CompletableFuture<>();
            pc.setOnIcecandidate(e -> {
                if (Objects.requireNonNull(e.getCandidate()).candidate().isEmpty()) {
                    pc.close();
                    pc.setOnIcegatheringstatechange(s -> after.add(pc.getIceGatheringState().toString()));
                    pc.afterTasks(() -> behind.complete(true));
                }
            });
            pc.addTransceiver("audio");
            Pair.get(pc.setLocalDescription());
            Pair.get(behind);
            assertThat(after).isEmpty();
        }
    }
}
