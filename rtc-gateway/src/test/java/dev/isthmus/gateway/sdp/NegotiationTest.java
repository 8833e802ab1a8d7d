package dev.isthmus.gateway.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Offers as browsers and others write them. */
class NegotiationTest {
    private static final String FINGERPRINT = "sha-256 " + "AB:".repeat(31) + "AB";
    private static final String HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n";
    private static final String TRANSPORT = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:" + FINGERPRINT
            + "\r\na=setup:actpass\r\n";
    private static final String AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\nc=IN IP4 0.0.0.0\r\n" + TRANSPORT
            + "a=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
            + "a=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n"
            + "a=candidate:1 1 udp 41885439 127.0.0.1 50000 typ relay raddr 0.0.0.0 rport 0 generation 0\r\n";
    private static final String VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\n" + TRANSPORT
            + "a=mid:1\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"
            + "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";
    private static final String DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n" + TRANSPORT
            + "a=mid:2\r\na=sctp-port:5000\r\n";
    private static final List<Codec> ENDPOINT = List.of(codec("opus", 109), codec("PCMU", 0), codec("VP8", 100));

    private static Codec codec(String name, int payloadType) {
        return Objects.requireNonNull(Codec.named(name, payloadType));
    }

    private static Negotiation negotiate(String offer) throws SdpProblem {
        return Negotiation.of(SessionDescription.parse(offer), ENDPOINT);
    }

    private static String answer(Negotiation negotiation) {
        return AnswerWriter.write(negotiation,
                new AnswerWriter.Local(1, new IceCredentials("efgh", "x".repeat(22)),
                        List.of(Candidate.host(TransportAddress.ipv4(0x7F000001, 10000), 65535)),
                        Objects.requireNonNull(Fingerprint.parse(FINGERPRINT)), Map.of("audio", 1, "video", 2), "cname"));
    }

    @Test
    void aBrowsersOfferIsAnsweredLineByLine() throws Exception {
        Negotiation negotiation = negotiate(HEAD + AUDIO + VIDEO + DATA);
        SessionDescription answer = SessionDescription.parse(answer(negotiation));
        assertThat(answer.media()).hasSize(3);
        assertThat(answer.bundle()).containsExactly("0", "1");
        SdpMedia audio = answer.media().get(0);
        assertThat(audio.formats()).containsExactly("111", "0");
        assertThat(audio.direction()).isEqualTo("sendrecv");
        assertThat(audio.value("setup")).isEqualTo("passive");
        assertThat(audio.ofFormat("fmtp", "111")).isEqualTo("minptime=10;useinbandfec=1");
        assertThat(audio.all("extmap")).extracting(SdpAttribute::value).containsExactly("4 urn:ietf:params:rtp-hdrext:sdes:mid");
        SdpMedia video = answer.media().get(1);
        assertThat(video.formats()).containsExactly("96");
        assertThat(video.direction()).isEqualTo("recvonly");
        assertThat(video.all("rtcp-fb")).extracting(SdpAttribute::value).containsExactly("96 nack pli");
        assertThat(video.has("ssrc")).isFalse();
        assertThat(answer.media().get(2).port()).isZero();
        assertThat(negotiation.candidates()).hasSize(1);
        assertThat(Objects.requireNonNull(negotiation.line("audio")).codecs().get(0).plain().payloadType()).isEqualTo(109);
    }

    @Test
    void anExtensionIdWithTwoMeaningsInABundleLosesTheExtension() throws Exception {
        String video = VIDEO.replace("a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid");
        Negotiation negotiation = negotiate(HEAD + AUDIO + video);
        assertThat(Objects.requireNonNull(negotiation.line("video")).midExtension()).isZero();
        assertThat(Objects.requireNonNull(negotiation.line("audio")).midExtension()).isEqualTo(4);
    }

    @Test
    void thePeerDecidesTheDtlsRoleWhereItHasOne() throws Exception {
        assertThat(negotiate(HEAD + AUDIO.replace("setup:actpass", "setup:passive")).dtlsClient()).isTrue();
        assertThat(negotiate(HEAD + AUDIO.replace("setup:actpass", "setup:active")).dtlsClient()).isFalse();
        assertThatThrownBy(() -> negotiate(HEAD + AUDIO.replace("setup:actpass", "setup:holdconn")))
                .hasMessageStartingWith("line 11: setup");
    }

    @Test
    void withoutBundleOnlyTheFirstLineIsAccepted() throws Exception {
        Negotiation negotiation = negotiate(HEAD.replace("a=group:BUNDLE 0 1 2\r\n", "") + AUDIO + VIDEO);
        assertThat(negotiation.line("audio")).isNotNull();
        assertThat(negotiation.line("video")).isNull();
    }

    @Test
    void badOffersNameTheLineAndTheReason() {
        assertThatThrownBy(() -> negotiate("")).hasMessage("line 1: the description is empty");
        assertThatThrownBy(() -> negotiate("o=x")).hasMessage("line 1: the first line must be v=0");
        assertThatThrownBy(() -> negotiate(HEAD + "nonsense\r\n")).hasMessageStartingWith("line 6: ");
        assertThatThrownBy(() -> negotiate(HEAD + "m=audio x RTP/AVP 0\r\n")).hasMessageStartingWith("line 6: the value of m=");
        assertThatThrownBy(() -> negotiate(HEAD + AUDIO.replace("a=ice-ufrag:abcd\r\n", ""))).hasMessageStartingWith("line 6: ");
        assertThatThrownBy(() -> negotiate(HEAD + AUDIO.replace("sha-256", "md5"))).hasMessageStartingWith("line 10: a fingerprint");
        assertThatThrownBy(() -> negotiate(HEAD + AUDIO.replace("a=rtcp-mux\r\n", ""))).hasMessageContaining("rtcp-mux");
        assertThatThrownBy(() -> negotiate(HEAD + DATA)).hasMessageStartingWith("no audio or video line");
    }

    @Test
    void offersMutatedLineByLineBringNothingButTheDocumentedProblem() {
        String offer = HEAD + AUDIO + VIDEO + DATA;
        SeededRandom random = new SeededRandom(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder mutated = new StringBuilder(offer);
            for (int n = random.below(6); n >= 0; n--) {
                int at = random.below(mutated.length());
                switch (random.below(4)) {
                    case 0 -> mutated.setCharAt(at, (char) random.below(128));
                    case 1 -> mutated.deleteCharAt(at);
                    case 2 -> mutated.insert(at, "\r\n");
                    default -> mutated.delete(at, Math.min(mutated.length(), at + random.below(200)));
                }
            }
            try {
                answer(negotiate(mutated.toString()));
            } catch (SdpProblem expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
    }
}
