package dev.isthmus.gateway.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of payload types, extensions and encodings, read and written. */
class RtpFormatTest {
    private static final String HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=extmap:9 urn:session\r\na=extmap:3 urn:b\r\n";
    private static final String VIDEO = """
            m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 0 77
            a=rtpmap:96 vp8/90000
            a=rtpmap:97 rtx/90000
            a=rtpmap:102 H264/90000
            a=fmtp:97 apt=96
            a=fmtp:102 level-asymmetry-allowed=1;Packetization-Mode=1; profile-level-id=42e01f
            a=rtcp-fb:* transport-cc
            a=rtcp-fb:96 nack pli
            a=extmap:2/recvonly urn:a
            a=extmap:14 urn:b some attributes
            a=rid:h send pt=96;max-width=1280
            a=rid:l send
            a=rid:m send
            a=rid:r recv
            a=simulcast:send h,l;~m recv r
            """;

    private static SessionDescription session(String media) throws SdpProblem {
        return SessionDescription.parse(HEAD + media);
    }

    private static SdpMedia media(String media) throws SdpProblem {
        return session(media).media().get(0);
    }

    @Test
    void namesNumbersParametersAndFeedback() throws Exception {
        List<RtpFormat> formats = RtpFormat.of(media(VIDEO));
        assertThat(formats).extracting(RtpFormat::payloadType).as("77 has no meaning").containsExactly(96, 97, 102, 0);
        RtpFormat vp8 = formats.get(0);
        assertThat(vp8.is("VP8")).isTrue();
        assertThat(vp8.feedback()).containsExactly("transport-cc", "nack pli");
        assertThat(formats.get(1).repeats()).isEqualTo(96);
        assertThat(vp8.repeats()).isEqualTo(-1);
        RtpFormat h264 = formats.get(2);
        assertThat(h264.parameter("packetization-mode")).isEqualTo("1");
        assertThat(h264.parameter("profile-level-id")).isEqualTo("42e01f");
        assertThat(h264.parameter("profile")).isNull();
        assertThat(formats.get(3)).isEqualTo(new RtpFormat(0, "PCMU", 8000, 1, "", List.of("transport-cc")));
        assertThat(vp8.as(100).lines()).containsExactly("a=rtpmap:100 vp8/90000", "a=rtcp-fb:100 transport-cc", "a=rtcp-fb:100 nack pli");
        assertThat(h264.lines()).endsWith("a=fmtp:102 level-asymmetry-allowed=1;Packetization-Mode=1; profile-level-id=42e01f");
    }

    @Test
    void channels() throws Exception {
        RtpFormat opus = RtpFormat.of(media("m=audio 9 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n")).get(0);
        assertThat(opus.channels()).isEqualTo(2);
        assertThat(opus.lines()).containsExactly("a=rtpmap:111 opus/48000/2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"m=video 9 RTP/AVP 128||7|0 to 127", "m=video 9 RTP/AVP x||7|0 to 127",
            "m=video 9 RTP/AVP 96 96||7|twice", "m=video 9 RTP/AVP 96|a=rtpmap:96 VP8/0|8|clock rate",
            "m=video 9 RTP/AVP 96|a=rtpmap:96 VP8/90000;a=rtpmap:96 VP9/90000|9|a second time"})
    void problems(String line, String more, int number, String why) {
        String attributes = more == null ? "" : more.replace(";", "\r\n") + "\r\n";
        assertThatThrownBy(() -> RtpFormat.of(media(line + "\r\n" + attributes)))
                .hasMessageStartingWith("line " + number + ": ").hasMessageContaining(why);
    }

    @Test
    void headerExtensionsOfBothLevels() throws Exception {
        SessionDescription session = session(VIDEO);
        List<HeaderExtension> found = HeaderExtension.of(session, session.media().get(0));
        assertThat(found).containsExactly(new HeaderExtension(2, "recvonly", "urn:a", ""),
                new HeaderExtension(14, "sendrecv", "urn:b", "some attributes"), new HeaderExtension(9, "sendrecv", "urn:session", ""));
        assertThat(found).extracting(HeaderExtension::line).containsExactly("a=extmap:2/recvonly urn:a",
                "a=extmap:14 urn:b some attributes",
                "a=extmap:9 urn:session");
        SessionDescription zero = session("m=audio 9 RTP/AVP 0\r\na=extmap:0 urn:a\r\n");
        assertThatThrownBy(() -> HeaderExtension.of(zero, zero.media().get(0))).hasMessageStartingWith("line 8: the id");
    }

    @Test
    void encodingsSideBySide() throws Exception {
        Simulcast simulcast = Simulcast.of(media(VIDEO));
        assertThat(simulcast.sendIds()).containsExactly("h", "m");
        assertThat(simulcast.receiveIds()).containsExactly("r");
        assertThat(simulcast.send().get(0).get(0).restrictions()).isEqualTo("pt=96;max-width=1280");
        assertThat(simulcast.send().get(1).get(0).paused()).isTrue();
        assertThat(simulcast.lines()).containsExactly("a=rid:h send pt=96;max-width=1280", "a=rid:l send", "a=rid:m send", "a=rid:r recv",
                "a=simulcast:send h,l;~m recv r");
        assertThat(simulcast.only(List.of("m", "h", "x")).lines()).endsWith("a=simulcast:send h,l;~m");
        assertThat(simulcast.only(List.of("m"))).as("one is no simulcast").isEqualTo(Simulcast.NONE);
        assertThat(simulcast.unexplained()).isNull();
        assertThat(Simulcast.of(media("m=audio 9 RTP/AVP 0\r\n"))).isEqualTo(Simulcast.NONE);
        assertThat(Simulcast.NONE.lines()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"send h send l|says send twice", "send h,|no rid is", "send h;\u00e4|no rid is"})
    void encodingsThatAreNone(String value, String why) {
        assertThatThrownBy(() -> Simulcast.of(media(VIDEO.replaceAll("simulcast:.*", "simulcast:" + value)))).hasMessageContaining(why)
                .hasMessageStartingWith("line 21: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"send x|x", "recv h|h"})
    void encodingsThatNobodyExplains(String value, String rid) throws Exception {
        assertThat(Simulcast.of(media(VIDEO.replaceAll("simulcast:.*", "simulcast:" + value))).unexplained()).isEqualTo(rid);
    }
}
