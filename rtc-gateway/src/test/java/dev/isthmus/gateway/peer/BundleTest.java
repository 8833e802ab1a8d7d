package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.CsvSource;

/** The three bundle policies and the two for RTCP, with peers that bundle and peers that have never heard of it (RFC 9143, RFC 9429). */
class BundleTest {
    private static RTCConfiguration with(RTCBundlePolicy policy) {
        return RTCConfiguration.DEFAULT.withBundlePolicy(policy);
    }

    private static String offer(RTCPeerConnection pc) throws Exception {
        pc.addTransceiver("audio");
        pc.addTransceiver("audio");
        pc.addTransceiver("video");
        return Pair.get(pc.createOffer()).sdp();
    }

    private static List<List<String>> sections(String sdp) {
        List<List<String>> sections = new ArrayList<>();
        for (String line : sdp.lines().toList()) {
            if (line.startsWith("m=")) {
                sections.add(new ArrayList<>());
            }
            if (!sections.isEmpty()) {
                sections.get(sections.size() - 1).add(line);
            }
        }
        return sections;
    }

    /** One that has a transport of its own has credentials that no other one has; who says the same goes by the same. */
    private static boolean hasTransport(List<List<String>> sections, List<String> section) {
        String ufrag = section.stream().filter(l -> l.startsWith("a=ice-ufrag:")).findFirst().orElseThrow();
        assertThat(section).contains("a=setup:actpass").anyMatch(l -> l.startsWith("a=fingerprint:"));
        return sections.stream().filter(s -> s.contains(ufrag)).findFirst().orElseThrow() == section;
    }

    @ParameterizedTest
    @CsvSource({"BALANCED, true false true", "MAX_COMPAT, true true true", "MAX_BUNDLE, true false false"})
    void whichMediaDescriptionsHaveATransport(RTCBundlePolicy policy, String expected) throws Exception {
        try (RTCPeerConnection pc = new RTCPeerConnection(with(policy), Pair.NETWORK)) {
            String sdp = offer(pc);
            assertThat(sdp).contains("a=group:BUNDLE 0 1 2");
            List<List<String>> sections = sections(sdp);
            assertThat(String.join(" ", sections.stream().map(s -> Boolean.toString(hasTransport(sections, s))).toList()))
                    .isEqualTo(expected);
            for (List<String> each : sections) {
                assertThat(each.contains("a=bundle-only")).isEqualTo(!hasTransport(sections, each));
                assertThat(each.get(0).split(" ")[1]).isEqualTo(hasTransport(sections, each) ? "9" : "0");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RTCBundlePolicy.class)
    void withAPeerThatBundlesThereIsOneTransport(RTCBundlePolicy policy) throws Exception {
        try (Pair pair = new Pair(with(policy), RTCConfiguration.DEFAULT)) {
            pair.a.addTransceiver("audio");
            pair.a.addTransceiver("audio");
            pair.a.addTransceiver("video");
            pair.connect();
            for (RTCPeerConnection pc : List.of(pair.a, pair.b)) {
                RTCDtlsTransport first = Objects.requireNonNull(pc.getSenders().get(0).getTransport());
                assertThat(pc.getSenders()).hasSize(3).allMatch(s -> s.getTransport() == first);
                assertThat(pc.getReceivers()).allMatch(r -> r.getTransport() == first);
            }
            pair.a.addTransceiver("video"); // joins what is bundled, without a transport to be gathered for
            Pair.negotiate(pair.a, pair.b);
            List<List<String>> sections = sections(Objects.requireNonNull(pair.a.getLocalDescription()).sdp());
            assertThat(sections).hasSize(4);
            assertThat(sections.get(3)).doesNotContain("a=bundle-only").noneMatch(l -> l.startsWith("a=candidate"));
            assertThat(pair.a.getConnectionState()).isEqualTo(RTCPeerConnectionState.CONNECTED);
        }
    }

    /** Takes away what only those understand who know BUNDLE. */
    private static RTCSessionDescription unbundled(RTCSessionDescription d) {
        return new RTCSessionDescription(d.type(),
                String.join("\r\n", d.sdp().lines().filter(l -> !l.startsWith("a=group:BUNDLE")).toList()) + "\r\n");
    }

    @ParameterizedTest
    @CsvSource({"BALANCED, 2", "MAX_COMPAT, 3", "MAX_BUNDLE, 1"})
    void withAPeerThatDoesNotEveryDescriptionThatIsLeftHasItsOwn(RTCBundlePolicy policy, int left) throws Exception {
        try (Pair pair = new Pair(with(policy), with(RTCBundlePolicy.MAX_COMPAT))) {
            pair.a.addTransceiver("audio");
            pair.a.addTransceiver("audio");
            pair.a.addTransceiver("video");
            Pair.get(pair.a.setLocalDescription());
            Pair.get(pair.b.setRemoteDescription(unbundled(Objects.requireNonNull(pair.a.getLocalDescription()))));
            Pair.get(pair.b.setLocalDescription());
            Pair.get(pair.a.setRemoteDescription(unbundled(Objects.requireNonNull(pair.b.getLocalDescription()))));
            Pair.get(Pair.reaches(pair.a, RTCPeerConnectionState.CONNECTED));
            Pair.get(Pair.reaches(pair.b, RTCPeerConnectionState.CONNECTED));
            assertThat(pair.a.getSenders().stream().map(RTCRtpSender::getTransport).distinct().count()).isEqualTo(left);
            assertThat(pair.a.getTransceivers()).hasSize(left); // what was refused is gone
        }
    }

    @ParameterizedTest
    @CsvSource({"BALANCED, true false true", "MAX_BUNDLE, true false false", "MAX_COMPAT, true true true"})
    void whichMediaDescriptionsAreAccepted(RTCBundlePolicy policy, String expected) throws Exception {
        try (Pair pair = new Pair(with(RTCBundlePolicy.MAX_COMPAT), with(policy))) {
            offer(pair.a);
            Pair.get(pair.a.setLocalDescription());
            Pair.get(pair.b.setRemoteDescription(unbundled(Objects.requireNonNull(pair.a.getLocalDescription()))));
            List<List<String>> sections = sections(Pair.get(pair.b.createAnswer()).sdp());
            assertThat(String.join(" ", sections.stream().map(s -> Boolean.toString(!s.get(0).split(" ")[1].equals("0"))).toList()))
                    .isEqualTo(expected);
        }
    }

    @Test
    void rtcpMuxIsRequiredUnlessItMayBeNegotiated() throws Exception {
        try (Pair pair = new Pair(RTCConfiguration.DEFAULT, RTCConfiguration.DEFAULT)) {
            String sdp = offer(pair.a);
            assertThat(sdp).contains("a=rtcp-mux-only");
            String without = String.join("\r\n", sdp.lines().filter(l -> !l.startsWith("a=rtcp-mux")).toList()) + "\r\n";
            Fails.with("InvalidAccessError", pair.b.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, without)));
        }
    }

    @Test
    void rtcpGoesByAComponentOfItsOwnWhereThePeerDoesNotMultiplex() throws Exception {
        RTCConfiguration negotiate = RTCConfiguration.DEFAULT.withRtcpMuxPolicy(RTCRtcpMuxPolicy.NEGOTIATE);
        try (Pair pair = new Pair(negotiate, negotiate)) {
            RtpTrackSource source = new RtpTrackSource("video");
            CompletableFuture<Boolean> asked = new CompletableFuture<>();
            CompletableFuture<MediaStreamTrack> came = new CompletableFuture<>();
            pair.b.setOnTrack(e -> e.getTrack().setOnUnmute(u -> came.complete(e.getTrack())));
            pair.a.addTrack(source.track());
            Pair.get(pair.a.setLocalDescription());
            Pair.get(pair.b.setRemoteDescription(unmuxed(Objects.requireNonNull(pair.a.getLocalDescription()))));
            Pair.get(pair.b.setLocalDescription());
            RTCSessionDescription answer = Objects.requireNonNull(pair.b.getLocalDescription());
            assertThat(answer.sdp()).doesNotContain("a=rtcp-mux").contains("a=rtcp:");
            Pair.get(pair.a.setRemoteDescription(answer));
            Pair.get(Pair.reaches(pair.a, RTCPeerConnectionState.CONNECTED));
            Pair.get(Pair.reaches(pair.b, RTCPeerConnectionState.CONNECTED));
            assertThat(Objects.requireNonNull(pair.b.getLocalDescription()).sdp().lines()
                    .filter(l -> l.matches("a=candidate:\\S+ 2 udp .*")).count()).isPositive();
            source.send(Pair.opus(1, (byte) 1), 0, RtpHeader.FIXED_LENGTH + 1, RtpCapabilities.formats("video").get(0), System.nanoTime());
            MediaStreamTrack track = Pair.get(came);
            source.setOnKeyframeRequest(of -> asked.complete(true));
            track.requestKeyframe();
            assertThat(Pair.get(asked)).as("by the component of RTCP").isTrue();
        }
    }

    private static RTCSessionDescription unmuxed(RTCSessionDescription d) {
        return new RTCSessionDescription(d.type(),
                String.join("\r\n", d.sdp().lines().filter(l -> !l.startsWith("a=rtcp-mux")).toList()) + "\r\n");
    }

    @Test
    void theSecondComponentEndsWhenThePeerMultiplexes() throws Exception {
        RTCConfiguration negotiate = RTCConfiguration.DEFAULT.withRtcpMuxPolicy(RTCRtcpMuxPolicy.NEGOTIATE);
        try (Pair pair = new Pair(negotiate, RTCConfiguration.DEFAULT)) {
            pair.a.addTransceiver("audio");
            pair.connect();
            assertThat(Pair.get(pair.a.createOffer()).sdp()).contains("a=rtcp-mux").doesNotContain("a=rtcp:");
        }
    }
}
