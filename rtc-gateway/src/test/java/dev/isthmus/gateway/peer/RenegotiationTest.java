package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exchanges that change what an earlier one has agreed on, with peers that do it in their own way (RFC 9429, sections 5.2.2 and 5.3.2). */
class RenegotiationTest {
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

    private static RTCSessionDescription without(RTCSessionDescription of, String line) {
        return new RTCSessionDescription(of.type(), of.sdp().replaceAll(line + "\r\n", ""));
    }

    private static String line(RTCSessionDescription of, String beginning) {
        return of.sdp().lines().filter(l -> l.startsWith(beginning)).findFirst().orElse("");
    }

    @Test
    void whatWasRefusedIsBundledWhenItIsOfferedAgain() throws Exception {
        a.addTransceiver("audio");
        a.addTransceiver("video");
        Pair.get(a.setLocalDescription());
        String strange = Pair.local(a).sdp().replaceAll("a=rtpmap:([0-9]+) (VP8|VP9|H264|rtx)/", "a=rtpmap:$1 strange/");
        Pair.get(b.setRemoteDescription(offer(strange)));
        Pair.get(b.setLocalDescription());
        assertThat(line(Pair.local(b), "a=group:BUNDLE")).isEqualTo("a=group:BUNDLE 0");
        Pair.get(a.setRemoteDescription(Pair.local(b)));
        Pair.get(b.setLocalDescription());
        assertThat(line(Pair.local(b), "a=group:BUNDLE")).isEqualTo("a=group:BUNDLE 0 1");
        Pair.get(b.setLocalDescription());
        assertThat(line(Pair.local(b), "a=group:BUNDLE")).as("also the second time").isEqualTo("a=group:BUNDLE 0 1");
    }

    @Test
    void whatLeavesItsGroupHasATransportOfItsOwn() throws Exception {
        a.addTransceiver("audio");
        a.addTransceiver("video");
        pair.connect();
        try (RTCPeerConnection other = new RTCPeerConnection(RTCConfiguration.DEFAULT.withBundlePolicy(RTCBundlePolicy.MAX_COMPAT),
                Pair.NETWORK)) {
            Pair.get(a.setLocalDescription());
            String[] bundled = Pair.local(a).sdp().split("(?=m=)");
            other.addTransceiver("audio");
            other.addTransceiver("video");
            Pair.get(other.setLocalDescription());
            String[] apart = Pair.local(other).sdp().split("(?=m=)");
            String leaving = bundled[0].replaceAll("a=group:.*\r\n", "") + bundled[1] + apart[2];
            Pair.get(b.setRemoteDescription(offer(leaving)));
            Pair.get(b.setLocalDescription());
            List<RTCRtpTransceiver> ours = b.getTransceivers();
            assertThat(ours.get(0).getSender().getTransport()).isNotSameAs(ours.get(1).getSender().getTransport());
            assertThat(Pair.local(b).sdp().lines().filter(l -> l.startsWith("a=ice-ufrag:")).distinct()).hasSize(2);
            assertThat(Objects.requireNonNull(ours.get(0).getSender().getTransport()).getState())
                    .isEqualTo(RTCDtlsTransportState.CONNECTED);
        }
    }

    @Test
    void oneTransportIsAskedForAgainOfAPeerThatHasBundledNothing() throws Exception {
        try (Pair other = new Pair(RTCConfiguration.DEFAULT.withBundlePolicy(RTCBundlePolicy.MAX_BUNDLE), RTCConfiguration.DEFAULT)) {
            other.a.addTransceiver("audio");
            Pair.get(other.a.setLocalDescription());
            Pair.get(other.b.setRemoteDescription(without(Pair.local(other.a), "a=group:.*")));
            Pair.get(other.b.setLocalDescription());
            Pair.get(other.a.setRemoteDescription(without(Pair.local(other.b), "a=group:.*")));
            other.a.addTransceiver("video");
            Pair.get(other.a.setLocalDescription());
            assertThat(line(Pair.local(other.a), "a=group:BUNDLE")).isEqualTo("a=group:BUNDLE 0 1");
            assertThat(Pair.local(other.a).sdp().split("(?=m=)")[2]).contains("a=bundle-only");
            assertThat(other.a.getSenders().get(1).getTransport()).isSameAs(other.a.getSenders().get(0).getTransport());
        }
    }

    @Test
    void groupsOfTheLastAnswerStay() throws Exception {
        MediaStream stream = new MediaStream();
        a.addTrack(new RtpTrackSource("audio").track(), stream);
        a.addTrack(new RtpTrackSource("video").track(), stream);
        Pair.negotiate(a, b);
        assertThat(line(Pair.local(b), "a=group:LS")).isEqualTo("a=group:LS 0 1");
        assertThat(line(Pair.get(b.createOffer()), "a=group:LS")).isEqualTo("a=group:LS 0 1");
        assertThat(Pair.get(a.createOffer()).sdp().lines().filter(l -> l.startsWith("a=group:LS"))).hasSize(1);
    }

    @Test
    void anAnswerThatWasNotSetChangesNothing() throws Exception {
        a.addTransceiver("audio");
        pair.connect();
        String before = line(Pair.local(b), "a=tls-id:");
        Pair.get(a.setLocalDescription());
        String another = Pair.local(a).sdp().replaceAll("a=tls-id:.{4}", "a=tls-id:abcd").replaceAll("a=ice-ufrag:.{4}",
                "a=ice-ufrag:abcd");
        Pair.get(b.setRemoteDescription(offer(another)));
        String next = line(Pair.get(b.createAnswer()), "a=tls-id:");
        assertThat(next).isNotEqualTo(before);
        Pair.get(b.setRemoteDescription(RTCSessionDescription.rollback()));
        assertThat(line(Pair.get(b.createOffer()), "a=tls-id:")).isEqualTo(before);
    }

    @Test
    void aPeerWithoutMidsUsesARefusedPlaceForSomethingElse() throws Exception {
        a.addTransceiver("audio");
        a.addTransceiver("video");
        Pair.get(a.setLocalDescription());
        String bare = Pair.local(a).sdp().replaceAll("a=(group|mid|extmap).*\r\n", "");
        Pair.get(b.setRemoteDescription(offer(bare.replaceFirst("m=audio [0-9]+", "m=audio 0"))));
        Pair.get(b.setLocalDescription());
        String[] parts = bare.split("(?=m=)");
        Pair.get(b.setRemoteDescription(offer(parts[0] + parts[2] + parts[2])));
        Pair.get(b.setLocalDescription());
        assertThat(Pair.local(b).sdp().lines().filter(l -> l.startsWith("m=")).map(l -> l.split(" ")[0])).containsExactly("m=video",
                "m=video");
    }

    @Test
    void theSecondOfferOfTheFirstExchangeMayRestartToo() throws Exception {
        a.addTransceiver("audio");
        Pair.get(a.setLocalDescription());
        String again = line(Pair.get(a.createOffer()), "a=ice-ufrag:");
        assertThat(again).isEqualTo(line(Pair.local(a), "a=ice-ufrag:"));
        assertThat(line(Pair.get(a.createOffer(RTCOfferOptions.restart())), "a=ice-ufrag:")).isNotEqualTo(again);
    }
}
