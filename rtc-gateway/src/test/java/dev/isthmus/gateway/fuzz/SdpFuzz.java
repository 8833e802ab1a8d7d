package dev.isthmus.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.gateway.sdp.SessionDescription;
import dev.isthmus.gateway.sdp.TrickleFragment;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A description is understood, or refused with the line that is wrong. */
class SdpFuzz {
    private static final String SESSION = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=group:LS 0 1\r\n"
            + "a=ice-options:trickle\r\na=fingerprint:sha-256 " + "00:".repeat(31) + "00\r\n";
    private static final String TRANSPORT = "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\n"
            + "a=ice-pwd:0123456789012345678901\r\na=ice-pacing:50\r\na=setup:actpass\r\na=tls-id:01234567890123456789\r\n"
            + "a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host generation 0\r\na=end-of-candidates\r\n";
    private static final String AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 110\r\n" + TRANSPORT
            + "a=mid:0\r\na=extmap:1/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on\r\na=sendrecv\r\na=msid:s t\r\n"
            + "a=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
            + "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15\r\na=ptime:20\r\na=ssrc:1 cname:x\r\n";
    private static final String VIDEO = "m=video 0 UDP/TLS/RTP/SAVPF 96 97\r\n" + "a=bundle-only\r\na=mid:1\r\na=rtpmap:96 H264/90000\r\n"
            + "a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\na=rtcp-fb:* nack pli\r\n"
            + "a=rtcp-fb:96 ccm fir\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rid:h send pt=96;max-width=640\r\na=rid:~l send\r\n"
            + "a=simulcast:send h;~l recv *\r\na=ssrc-group:FID 2 3\r\na=ssrc:2 cname:x\r\na=ssrc:3 cname:x\r\n";
    private static final String DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\na=max-message-size:0\r\n";

    static Stream<Arguments> seeds() {
        return Stream.of("", SESSION, SESSION + AUDIO + VIDEO + DATA, SESSION.replace("\r\n", "\n") + "m=audio 9 RTP/AVP 0\n",
                "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 1 typ host")
                .map(text -> Arguments.arguments((Object) text.getBytes(StandardCharsets.UTF_8)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void readsOrNamesTheLine(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        long lines = text.lines().count();
        try {
            SessionDescription read = SessionDescription.parse(text);
            MediaSection.of(read).forEach(s -> assertThat(s.line()).isBetween(1, (int) lines));
        } catch (SdpProblem e) {
            assertThat(e.line()).isBetween(0, (int) lines + 1);
        }
        try {
            TrickleFragment.parse(text);
        } catch (SdpProblem e) {
            assertThat(e).hasMessageNotContaining("\n");
        }
    }
}
