package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The states of transports, one by one and together (webrtc-pc, sections 4.3.3, 4.3.4, 5.5 and 5.6). */
class StatesTest {
    private static final int BAD_CERTIFICATE = 42;
    private final Pair pair = new Pair();
    private final RTCPeerConnection a = pair.a;
    private final RTCPeerConnection b = pair.b;

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aConnectionGoesThroughThemInOrder() throws Exception {
        List<String> ice = new CopyOnWriteArrayList<>();
        List<String> all = new CopyOnWriteArrayList<>();
        List<String> dtls = new CopyOnWriteArrayList<>();
        a.setOnIceconnectionstatechange(e -> ice.add(a.getIceConnectionState().toString()));
        a.setOnConnectionstatechange(e -> all.add(a.getConnectionState().toString()));
        RTCRtpTransceiver t = a.addTransceiver("audio");
        Pair.get(a.setLocalDescription());
        RTCDtlsTransport transport = Objects.requireNonNull(t.getSender().getTransport());
        transport.setOnStatechange(e -> dtls.add(transport.getState().toString()));
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        CompletableFuture<Boolean> gathered = new CompletableFuture<>();
        b.setOnIcecandidate(e -> {
            if (e.getCandidate() == null) {
                gathered.complete(true);
            }
        });
        Pair.get(b.setLocalDescription());
        Pair.get(gathered);
        CompletableFuture<?> connected = Pair.reaches(a, RTCPeerConnectionState.CONNECTED);
        String mayHaveMore = Pair.local(b).sdp().replace("a=end-of-candidates\r\n", "");
        Pair.get(a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, mayHaveMore)));
        Pair.get(connected);
        assertThat(ice).containsExactly("checking", "connected");
        assertThat(all).containsExactly("connecting", "connected");
        assertThat(dtls).containsExactly("connecting", "connected");
        RTCIceTransport below = transport.getIceTransport();
        RTCIceTransport.RTCIceCandidatePair selected = Objects.requireNonNull(below.getSelectedCandidatePair());
        assertThat(selected.local().getAddress()).isEqualTo("127.0.0.1");
        assertThat(below.getLocalCandidates()).hasSize(1);
        assertThat(below.getRemoteCandidates()).hasSize(1);
        assertThat(below.getRole()).isEqualTo(RTCIceRole.CONTROLLING);
        assertThat(Objects.requireNonNull(b.getSenders().get(0).getTransport()).getIceTransport().getRole())
                .isEqualTo(RTCIceRole.CONTROLLED);
    }

    @Test
    void bothSidesHaveToldAllCandidates() throws Exception {
        a.addTransceiver("audio");
        CompletableFuture<Boolean> completed = new CompletableFuture<>();
        a.addEventListener("iceconnectionstatechange", e -> {
            if (a.getIceConnectionState() == RTCIceConnectionState.COMPLETED) {
                completed.complete(true);
            }
        });
        pair.connect();
        assertThat(Pair.get(completed)).isTrue();
    }

    @Test
    void anUnverifiedCertificateFailsAndCarriesNoMedia() throws Exception {
        RtpTrackSource source = new RtpTrackSource("audio");
        a.addTrack(source.track());
        Pair.get(a.setLocalDescription());
        String wrong = Pair.local(a).sdp().replaceAll("a=fingerprint:sha-256 ..", "a=fingerprint:sha-256 00");
        String other = wrong.equals(Pair.local(a).sdp()) ? wrong.replaceAll("sha-256 00", "sha-256 01") : wrong;
        CompletableFuture<RTCError> error = new CompletableFuture<>();
        CompletableFuture<?> failed = Pair.reaches(b, RTCPeerConnectionState.FAILED);
        Pair.get(b.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, other)));
        Objects.requireNonNull(b.getReceivers().get(0).getTransport()).setOnError(e -> error.complete(e.getError()));
        Pair.get(b.setLocalDescription());
        CompletableFuture<RTCError> errorToo = new CompletableFuture<>();
        Objects.requireNonNull(a.getSenders().get(0).getTransport()).setOnError(e -> errorToo.complete(e.getError()));
        CompletableFuture<?> failedToo = Pair.reaches(a, RTCPeerConnectionState.FAILED);
        Pair.get(a.setRemoteDescription(Pair.local(b)));
        Pair.get(failed);
        assertThat(Pair.get(error).getErrorDetail()).isEqualTo(RTCErrorDetailType.FINGERPRINT_FAILURE);
        assertThat(Pair.get(error).getSentAlert()).isEqualTo(BAD_CERTIFICATE);
        assertThat(Pair.get(error).getReceivedAlert()).isNull();
        Pair.get(failedToo);
        assertThat(Pair.get(errorToo).getErrorDetail()).isEqualTo(RTCErrorDetailType.DTLS_FAILURE);
        assertThat(Pair.get(errorToo).getReceivedAlert()).isEqualTo(BAD_CERTIFICATE);
        assertThat(Pair.get(errorToo).getSentAlert()).isNull();
        assertThat(b.getReceivers().get(0).getTrack().isMuted()).isTrue();
        assertThat(Objects.requireNonNull(b.getReceivers().get(0).getTransport()).getRemoteCertificates()).isEmpty();
    }

    @Test
    void eachHashIsGoodForAFingerprint() throws Exception {
        for (String algorithm : List.of("sha-384", "sha-512")) {
            RTCCertificate certificate = Pair.get(RTCPeerConnection.generateCertificate("ECDSA", 60_000, Pair.NETWORK));
            String value = certificate.getFingerprints().stream().filter(f -> f.algorithm().equals(algorithm)).findFirst().orElseThrow()
                    .value().toUpperCase(Locale.ROOT);
            RTCConfiguration with = RTCConfiguration.DEFAULT.withCertificates(List.of(certificate));
            try (Pair other = new Pair(with, RTCConfiguration.DEFAULT)) {
                other.a.addTransceiver("audio");
                Pair.get(other.a.setLocalDescription());
                String sdp = Pair.local(other.a).sdp().replaceAll("a=fingerprint:.*", "a=fingerprint:" + algorithm + " " + value);
                Pair.get(other.b.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, sdp)));
                Pair.get(other.b.setLocalDescription());
                Pair.get(other.a.setRemoteDescription(Pair.local(other.b)));
                Pair.get(Pair.reaches(other.b, RTCPeerConnectionState.CONNECTED));
            }
        }
    }
}
