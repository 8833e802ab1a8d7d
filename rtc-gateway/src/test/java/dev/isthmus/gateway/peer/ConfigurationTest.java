package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The constructor, getConfiguration and setConfiguration (webrtc-pc, sections 4.4.1.1 and 4.4.1.5). */
class ConfigurationTest {
    private static RTCPeerConnection open(RTCConfiguration configuration) {
        return new RTCPeerConnection(configuration, Pair.NETWORK);
    }

    @Test
    void theDefaultsAreFilledIn() {
        try (RTCPeerConnection pc = open(RTCConfiguration.DEFAULT)) {
            RTCConfiguration c = pc.getConfiguration();
            assertThat(c.bundlePolicy()).hasToString("balanced");
            assertThat(c.rtcpMuxPolicy()).hasToString("require");
            assertThat(c.iceTransportPolicy()).hasToString("all");
            assertThat(c.iceCandidatePoolSize()).isZero();
            assertThat(c.iceServers()).isEmpty();
            assertThat(c.certificates()).isEmpty();
        }
    }

    @Test
    void aNewConnectionHasDoneNothing() {
        try (RTCPeerConnection pc = open(RTCConfiguration.DEFAULT)) {
            assertThat(pc.getSignalingState()).hasToString("stable");
            assertThat(pc.getConnectionState()).hasToString("new");
            assertThat(pc.getIceConnectionState()).hasToString("new");
            assertThat(pc.getIceGatheringState()).hasToString("new");
            assertThat(pc.getCanTrickleIceCandidates()).isNull();
            assertThat(pc.getLocalDescription()).isNull();
            assertThat(pc.getRemoteDescription()).isNull();
            assertThat(pc.getTransceivers()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"stun:, SyntaxError", "turn:host?transport=sctp, SyntaxError", "nonsense, SyntaxError",
            "http://a.example, NotSupportedError",
            "turn:a.example, InvalidAccessError", "turns:a.example:70000, SyntaxError"})
    void urlsAreChecked(String url, String error) {
        RTCConfiguration with = RTCConfiguration.DEFAULT.withIceServers(List.of(RTCIceServer.of(url)));
        Fails.with(error, () -> open(with));
        try (RTCPeerConnection pc = open(RTCConfiguration.DEFAULT)) {
            Fails.with(error, () -> pc.setConfiguration(with));
            assertThat(pc.getConfiguration()).isEqualTo(RTCConfiguration.DEFAULT);
        }
    }

    @ParameterizedTest
    @CsvSource({"stun:a.example", "stun:a.example:3479", "stuns:a.example", "STUN:[2001:db8::1]", "turn:a.example?transport=tcp",
            "turns:a.example:443?transport=udp"})
    void theseUrlsAreGood(String url) {
        open(RTCConfiguration.DEFAULT.withIceServers(List.of(RTCIceServer.of(url, "user", "secret")))).close();
    }

    @Test
    void aServerWithoutUrlsIsASyntaxError() {
        Fails.with("SyntaxError", () -> open(RTCConfiguration.DEFAULT.withIceServers(List.of(new RTCIceServer(List.of(), null, null)))));
    }

    @ParameterizedTest
    @CsvSource({"-1", "256"})
    void aPoolHasBounds(int size) {
        Fails.with("TypeError", () -> open(RTCConfiguration.DEFAULT.withIceCandidatePoolSize(size)));
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        RTCCertificate expired = Pair.get(RTCPeerConnection.generateCertificate("ECDSA", 0, Pair.NETWORK));
        while (System.currentTimeMillis() <= expired.getExpires()) {
            Thread.onSpinWait();
        }
        Fails.with("InvalidAccessError", () -> open(RTCConfiguration.DEFAULT.withCertificates(List.of(expired))));
    }

    @Test
    void someThingsCannotChange() throws Exception {
        RTCCertificate certificate = Pair.get(RTCPeerConnection.generateCertificate("ECDSA", 100_000, Pair.NETWORK));
        try (RTCPeerConnection pc = open(RTCConfiguration.DEFAULT)) {
            RTCConfiguration c = pc.getConfiguration();
            Fails.with("InvalidModificationError", () -> pc.setConfiguration(c.withBundlePolicy(RTCBundlePolicy.MAX_BUNDLE)));
            Fails.with("InvalidModificationError", () -> pc.setConfiguration(c.withRtcpMuxPolicy(RTCRtcpMuxPolicy.NEGOTIATE)));
            Fails.with("InvalidModificationError", () -> pc.setConfiguration(c.withCertificates(List.of(certificate))));
            pc.setConfiguration(c.withIceCandidatePoolSize(1));
            pc.setConfiguration(c.withIceTransportPolicy(RTCIceTransportPolicy.RELAY));
            assertThat(pc.getConfiguration().iceTransportPolicy()).isEqualTo(RTCIceTransportPolicy.RELAY);
            pc.addTransceiver("audio");
            Pair.get(pc.setLocalDescription());
            Fails.with("InvalidModificationError", () -> pc.setConfiguration(pc.getConfiguration().withIceCandidatePoolSize(3)));
        }
    }

    @Test
    void aClosedConnectionTakesNoConfiguration() {
        RTCPeerConnection pc = open(RTCConfiguration.DEFAULT);
        pc.close();
        Fails.with("InvalidStateError", () -> pc.setConfiguration(RTCConfiguration.DEFAULT));
    }

    @Test
    void certificatesOfBothKindsAreMadeAndOthersAreNot() throws Exception {
        for (String algorithm : List.of("ECDSA", "RSASSA-PKCS1-v1_5")) {
            long before = System.currentTimeMillis();
            RTCCertificate made = Pair.get(RTCPeerConnection.generateCertificate(algorithm, 60_000, Pair.NETWORK));
            assertThat(made.getExpires()).isBetween(before + 60_000, System.currentTimeMillis() + 60_000);
            assertThat(made.getFingerprints()).extracting(RTCDtlsFingerprint::algorithm).containsExactly("sha-256", "sha-384", "sha-512");
            RTCConfiguration with = RTCConfiguration.DEFAULT.withCertificates(List.of(made));
            try (Pair pair = new Pair(with, RTCConfiguration.DEFAULT)) {
                pair.a.addTransceiver("audio");
                pair.connect();
                String sdp = Objects.requireNonNull(pair.a.getLocalDescription()).sdp();
                assertThat(sdp.toLowerCase(java.util.Locale.ROOT)).contains(made.getFingerprints().get(0).value());
                RTCDtlsTransport transport = Objects.requireNonNull(pair.b.getReceivers().get(0).getTransport());
                assertThat(transport.getRemoteCertificates()).hasSize(1);
            }
        }
        Fails.with("NotSupportedError", RTCPeerConnection.generateCertificate("AES-GCM", 1000, Pair.NETWORK));
    }
}
