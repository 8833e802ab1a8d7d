package dev.isthmus.gateway.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCError;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.WebRtcException;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.sdp.Codec;
import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.gateway.sdp.SessionDescription;
import dev.isthmus.gateway.sdp.TrickleFragment;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How calls answer the offers of clients, as browsers and others write them. */
class ClientTest {
    private static final String FINGERPRINT = "sha-256 " + "AB:".repeat(31) + "AB";
    private static final String HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n";
    private static final String TWO = HEAD.replace("BUNDLE 0 1 2", "BUNDLE 0 1");
    private static final String TRANSPORT = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:" + FINGERPRINT
            + "\r\na=setup:actpass\r\n";
    private static final String AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 0 111 63\r\nc=IN IP4 0.0.0.0\r\n" + TRANSPORT
            + "a=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
            + "a=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n"
            + "a=candidate:1 1 udp 41885439 127.0.0.1 50000 typ relay raddr 0.0.0.0 rport 0 generation 0\r\n";
    private static final String VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\n" + TRANSPORT
            + "a=mid:1\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"
            + "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";
    private static final String DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n" + TRANSPORT
            + "a=mid:2\r\na=sctp-port:5000\r\n";
    private static final List<Codec> ENDPOINT = List.of(codec("opus", 109), codec("PCMU", 0), codec("VP8", 100));
    private static final TransportAddress HOST = TransportAddress.ipv4(0x7F000001, 0);
    private static final LoopGroup LOOPS = new LoopGroup("client-test", 1);
    private static PeerNetwork network = PeerNetwork.shared();

    private static Codec codec(String name, int payloadType) {
        return Objects.requireNonNull(Codec.named(name, payloadType));
    }

    @BeforeAll
    static void open() throws Exception {
        network = PeerNetwork.on(LOOPS.loops(),
                new PeerNetwork.SharedPorts(List.of(new PeerNetwork.MediaAddress(HOST, HOST)), 0, new LinkTable(false)),
                ForkJoinPool.commonPool());
    }

    @AfterAll
    static void close() {
        network.close();
        LOOPS.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof WebRtcException w ? w : e;
        }
    }

    private static Client client(Way way) {
        return new Client(new RTCPeerConnection(RTCConfiguration.DEFAULT, network.at(0, false, t -> {})), way, ENDPOINT);
    }

    private static List<MediaSection> answer(Way way, String offer) throws Exception {
        Client client = client(way);
        try (RTCPeerConnection connection = client.connection()) {
            return MediaSection.of(SessionDescription.parse(get(client.answer(offer))));
        }
    }

    @Test
    void aBrowsersOfferIsAnsweredLineByLine() throws Exception {
        Client client = client(Way.CALL);
        try (RTCPeerConnection connection = client.connection()) {
            SessionDescription parsed = SessionDescription.parse(get(client.answer(HEAD + AUDIO + VIDEO + DATA)));
            List<MediaSection> answer = MediaSection.of(parsed);
            assertThat(parsed.bundle()).containsExactly("0", "1");
            MediaSection audio = answer.get(0);
            assertThat(audio.codecs()).extracting(RtpFormat::payloadType).as("in the endpoint's order").containsExactly(111, 0);
            assertThat(audio.direction()).hasToString("sendrecv");
            assertThat(audio.transport().setup()).isEqualTo("active");
            assertThat(audio.transport().candidates()).hasSize(1);
            assertThat(audio.transport().endOfCandidates()).isTrue();
            assertThat(audio.streams()).hasSize(1);
            MediaSection video = answer.get(1);
            assertThat(video.codecs().get(0).payloadType()).isEqualTo(96);
            assertThat(video.direction()).hasToString("recvonly");
            assertThat(video.codecs().get(0).feedback()).contains("nack pli");
            assertThat(answer.get(2).port()).as("data channels are not carried").isZero();
            assertThat(client.agreed()).extracting(Client.Agreed::kind).containsExactly("audio", "video");
            assertThat(client.agreed()).extracting(Client.Agreed::sends).containsExactly(true, true);
            assertThat(client.agreed()).extracting(Client.Agreed::receives).as("the client only sends video").containsExactly(true, false);
            assertThat(client.agreed().get(0).formats().get(0).plain().payloadType()).isEqualTo(109);
        }
    }

    @Test
    void whipTakesAndWhepGives() throws Exception {
        assertThat(answer(Way.WHIP, TWO + AUDIO + VIDEO).get(0).direction()).hasToString("recvonly");
        String receiving = AUDIO.replace("sendrecv", "recvonly");
        assertThat(answer(Way.WHEP, TWO + receiving + VIDEO.replace("sendonly", "recvonly")).get(1).direction()).hasToString("sendonly");
        assertThat(answer(Way.WHEP, TWO + AUDIO + VIDEO).get(1).direction()).as("nobody wants our video").hasToString("inactive");
    }

    @Test
    void aSecondLineOfAKindCarriesNothing() throws Exception {
        String second = AUDIO.replace("a=mid:0", "a=mid:2");
        List<MediaSection> answer = answer(Way.CALL, HEAD + AUDIO + VIDEO + second);
        assertThat(answer.get(2).direction()).hasToString("inactive");
    }

    @Test
    void anExtensionIdWithTwoMeaningsInABundleIsAnsweredOnce() throws Exception {
        String video = VIDEO.replace("a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid");
        List<MediaSection> answer = answer(Way.CALL, TWO + AUDIO + video);
        long withIdOne = answer.stream().flatMap(s -> s.extensions().stream()).filter(e -> e.id() == 1).map(e -> e.uri()).distinct()
                .count();
        assertThat(withIdOne).isLessThanOrEqualTo(1);
    }

    @Test
    void thePeerDecidesTheDtlsRoleWhereItHasOne() throws Exception {
        assertThat(answer(Way.CALL, HEAD + AUDIO.replace("setup:actpass", "setup:passive") + VIDEO + DATA).get(0).transport().setup())
                .isEqualTo("active");
        assertThat(answer(Way.CALL, HEAD + AUDIO.replace("setup:actpass", "setup:active") + VIDEO + DATA).get(0).transport().setup())
                .isEqualTo("passive");
    }

    @Test
    void withoutBundleEachLineHasATransport() throws Exception {
        List<MediaSection> answer = answer(Way.CALL, HEAD.replace("a=group:BUNDLE 0 1 2\r\n", "") + AUDIO + VIDEO);
        assertThat(answer.get(0).transport().credentials()).isNotEqualTo(answer.get(1).transport().credentials());
        assertThat(answer).allMatch(s -> s.transport().endOfCandidates() && !s.transport().candidates().isEmpty());
    }

    @Test
    void nothingInCommonIsNothingAgreed() throws Exception {
        Client client = client(Way.CALL);
        try (RTCPeerConnection connection = client.connection()) {
            get(client.answer(HEAD + AUDIO.replace("0 111 63", "63") + VIDEO.replace("VP8", "AV1") + DATA));
            assertThat(client.agreed()).isEmpty();
        }
    }

    private static void refused(String offer, String why) {
        assertThatThrownBy(() -> answer(Way.CALL, offer)).isInstanceOf(WebRtcException.class).hasMessageContaining(why);
    }

    @Test
    void badOffersNameTheLineAndTheReason() {
        refused("", "line 1");
        refused("o=x", "line 1: the first line must be v=0");
        refused(HEAD + "nonsense\r\n", "line 6: ");
        refused(HEAD + "m=audio x RTP/AVP 0\r\n", "line 6: the value of m=");
        refused(HEAD + AUDIO.replace("a=ice-ufrag:abcd\r\n", "") + VIDEO + DATA, "(line 6): ice-ufrag");
        refused(HEAD + AUDIO.replace("sha-256", "md5") + VIDEO + DATA, "there is no fingerprint");
        refused(HEAD + AUDIO.replace("a=rtcp-mux\r\n", "") + VIDEO + DATA, "rtcp-mux");
        refused(HEAD + AUDIO.replace("setup:actpass", "setup:holdconn") + VIDEO + DATA, "setup must be");
    }

    @Test
    void aRestartIsTheOfferOnceMoreWithOtherCredentials() throws Exception {
        Client client = client(Way.CALL);
        try (RTCPeerConnection connection = client.connection()) {
            get(client.answer(TWO + AUDIO + VIDEO));
            String before = client.generation();
            TrickleFragment fragment = TrickleFragment.parse("a=ice-ufrag:wxyz\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
                    + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 50001 typ host\r\n");
            TrickleFragment ours = TrickleFragment.parse(get(client.restart(fragment)));
            assertThat(ours.credentials().ufrag()).isEqualTo(client.generation()).isNotEqualTo(before);
            assertThat(ours.candidates()).hasSize(2);
            assertThat(client.remoteGeneration()).isEqualTo("wxyz");
            assertThat(Objects.requireNonNull(connection.getRemoteDescription()).sdp()).contains("127.0.0.1 50001").doesNotContain("50000");
        }
    }

    @Test
    void oneExchangeFollowsTheOtherUntilTheEnd() {
        Client client = client(Way.CALL);
        List<String> begun = new CopyOnWriteArrayList<>();
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> one = client.exchange(() -> {
            begun.add("one");
            return first;
        });
        CompletableFuture<String> two = client.exchange(() -> {
            begun.add("two");
            return new CompletableFuture<>();
        });
        CompletableFuture<String> three = client.exchange(() -> CompletableFuture.completedFuture("three"));
        assertThat(begun).containsExactly("one");
        first.completeExceptionally(new IllegalStateException("that one fails"));
        assertThat(one).isCompletedExceptionally();
        assertThat(begun).containsExactly("one", "two");
        client.end();
        assertThat(two).isCancelled();
        assertThat(three).isCancelled();
    }

    @Test
    void offersMutatedLineByLineBringNothingButTheDocumentedErrors() throws Exception {
        String offer = HEAD + AUDIO + VIDEO + DATA;
        SeededRandom random = new SeededRandom(7);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
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
                answer(Way.CALL, mutated.toString());
            } catch (WebRtcException expected) {
                refused++;
                assertThat(expected.getMessage()).isNotBlank();
                assertThat(expected instanceof RTCError || expected.name().equals("InvalidAccessError"))
                        .as(expected + "\n" + mutated).isTrue();
            } catch (TimeoutException e) {
                throw new AssertionError("no answer to\n" + mutated, e);
            } catch (SdpProblem ours) {
                throw new AssertionError("our answer cannot be read: " + ours.getMessage() + "\n" + mutated);
            }
        }
        assertThat(refused).isBetween(1000, 2999);
    }
}
