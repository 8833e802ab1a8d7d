package dev.isthmus.gateway.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8866, section 9, and RFC 9429, section 5.8: what is refused, and by which line. */
class SdpReaderTest {
    private static final List<String> LINES = List.of("v=0", "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1", "s=Call to John Smith",
            "i=SDP Offer #1", "u=http://www.jdoe.example.com/home.html", "e=Jane Doe <jane@jdoe.example.com>", "p=+1 617 555-6011",
            "c=IN IP4 198.51.100.1", "b=X-YZ:128", "t=0 0", "r=7d 1h 0 25h", "z=2882844526 -1h 2898848070 0", "k=prompt", "a=sendrecv",
            "m=audio 49170/2 RTP/AVP 0 8", "i=the voice", "c=IN IP4 233.252.0.1/127", "c=IN IP6 ff02::1", "b=AS:64", "k=clear:x",
            "a=rtpmap:0 PCMU/8000", "a=unknown:kept as it is");

    private static SessionDescription read(List<String> lines) throws SdpProblem {
        return SessionDescription.parse(String.join("\r\n", lines) + "\r\n");
    }

    private static List<String> with(int index, String line) {
        List<String> changed = new ArrayList<>(LINES);
        changed.set(index, line);
        return changed;
    }

    private static List<String> without(int index) {
        List<String> changed = new ArrayList<>(LINES);
        changed.remove(index);
        return changed;
    }

    @Test
    void everyKindOfLineInItsPlace() throws Exception {
        SessionDescription read = read(LINES);
        assertThat(read.origin()).isEqualTo("jdoe 3724394400 3724394405 IN IP4 198.51.100.1");
        SdpMedia audio = read.media().get(0);
        assertThat(audio.kind()).isEqualTo("audio");
        assertThat(audio.port()).isEqualTo(49170);
        assertThat(audio.formats()).containsExactly("0", "8");
        assertThat(audio.bandwidths()).containsExactly("AS:64");
        assertThat(audio.value("unknown")).isEqualTo("kept as it is");
        assertThat(audio.line()).isEqualTo(15);
        assertThat(SessionDescription.parse(String.join("\n", LINES)).media()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 8, 10, 11, 12, 13})
    void whatMayBeLeftOut(int index) throws Exception {
        assertThat(read(without(index)).media()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, the first line must be v=0", "1, 2, before s= there must be o=", "2, 3, before i= there must be s=",
            "9, 10, before r= there must be t="})
    void whatMayNot(int index, int line, String why) {
        assertThatThrownBy(() -> read(without(index))).hasMessage("line " + line + ": " + why);
    }

    /** Any line but the last of its group, said twice or behind its follower, stands where it may not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsOutOfPlace(int index) {
        List<String> changed = new ArrayList<>(LINES);
        changed.add(index + 2, changed.remove(index));
        assertThatThrownBy(() -> read(changed)).isInstanceOf(SdpProblem.class).hasMessageStartingWith("line ");
    }

    @Test
    void whatEndsTooEarly() {
        assertThatThrownBy(() -> SessionDescription.parse("v=0\r\n")).hasMessage("line 1: v=, o=, s= and t= must be there");
        assertThatThrownBy(() -> read(LINES.subList(0, 9))).hasMessage("line 9: v=, o=, s= and t= must be there");
        assertThatThrownBy(() -> SessionDescription.parse("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nm=audio 9 RTP/AVP 0\r\n"))
                .hasMessage("line 4: v=, o=, s= and t= must be there");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"0|v=1", "1|o=- 1 1 IN IP4", "1|o=- x 1 IN IP4 0.0.0.0", "1|o=a b 1 1 IN IP4 0.0.0.0", "4|u=a b",
            "7|c=IN IP5 x", "8|b=AS", "8|b=AS:x", "9|t=0", "9|t=a b", "10|r=7d", "11|z=1", "12|k=secret", "14|m=audio",
            "14|m=audio 9 RTP/AVP",
            "14|m=audio x RTP/AVP 0", "14|m=audio 9  RTP/AVP 0", "14|m=audio 70000 RTP/AVP 0", "13|a=", "13|a=b:", "13|a=b c", "13|x=y",
            "13|nonsense", "13|a"})
    void whatIsMalformedNamesItsLine(int index, String line) {
        assertThatThrownBy(() -> read(with(index, line))).isInstanceOfSatisfying(SdpProblem.class,
                problem -> assertThat(problem.line()).isEqualTo(index + 1));
    }

    /** Of attributes that RFC 9429 names, every value is checked, even one that nobody uses. */
    @ParameterizedTest
    @ValueSource(strings = {"rtpmap:0 PCMU", "rtpmap:x PCMU/8000", "fmtp:0", "ice-ufrag:abc", "ice-pwd:short", "ice-ufrag:ab d",
            "fingerprint:sha-256 AB:C", "setup:both", "tls-id:short", "extmap:1", "extmap:x urn:a", "mid:a b", "candidate:1 1 udp",
            "ssrc:x cname:y",
            "ssrc-group:FID x", "rtcp-fb:nack", "rtcp:x", "rtcp:9 IN IP4", "msid:a b c", "rid:1 both", "simulcast:1", "sctp-port:x",
            "max-message-size:x", "rtcp-mux:x", "ptime:x", "imageattr:x", "end-of-candidates:x", "remote-candidates:1 x"})
    void whatAttributesLookLike(String attribute) {
        List<String> changed = new ArrayList<>(LINES);
        changed.add("a=" + attribute);
        assertThatThrownBy(() -> read(changed))
                .hasMessage("line 23: the value of a=" + attribute.replaceFirst(":.*", "") + " is malformed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rtpmap:111 opus/48000/2", "fmtp:111 minptime=10;useinbandfec=1", "ice-ufrag:abcd",
            "tls-id:1234567890abcdefghij",
            "extmap:4096/recvonly urn:a with attributes", "extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "mid:{a}",
            "candidate:1 1 udp 1 host.local 9 typ host generation 0", "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
            "ssrc:4294967295 cname:{x y}", "ssrc:1 msid:a b", "ssrc-group:FID 1 2", "rtcp-fb:* nack pli", "rtcp:9 IN IP4 0.0.0.0",
            "msid:- a",
            "msid:a", "rid:hi send max-width=1280;max-fps=30", "simulcast:send 1,~4;2;3 recv 5", "sctp-port:5000",
            "max-message-size:262144",
            "ptime:20", "imageattr:97 send [x=800,y=640] recv [x=330,y=250]", "setup:actpass", "rtcp-mux-only", "bundle-only",
            "fingerprint:SHA-256 ab:CD"})
    void andWhatTheyMayLookLike(String attribute) throws Exception {
        List<String> changed = new ArrayList<>(LINES);
        changed.add("a=" + attribute);
        assertThat(read(changed).media().get(0).has(attribute.replaceFirst(":.*", ""))).isTrue();
    }

    @Test
    void whatIsSaidTwiceMustBeTheSame() throws Exception {
        List<String> changed = new ArrayList<>(LINES);
        changed.add("a=mid:0");
        changed.add("a=mid:0");
        assertThat(read(changed).media().get(0).mid()).isEqualTo("0");
        changed.add("a=mid:1");
        assertThatThrownBy(() -> read(changed)).hasMessage("line 25: a=mid is given a second time, after line 23");
    }

    @Test
    void whatIsTooMuch() {
        assertThatThrownBy(() -> SessionDescription.parse("v=0\r\n" + "x".repeat(130 * 1024))).hasMessageContaining("longer than");
        assertThatThrownBy(() -> read(with(14, "m=audio 9 RTP/AVP" + " 0".repeat(129)))).hasMessage("line 15: more than 128 formats");
        List<String> changed = new ArrayList<>(LINES);
        for (int i = 0; i < 2001; i++) {
            changed.add("a=x");
        }
        assertThatThrownBy(() -> read(changed)).hasMessageStartingWith("line 2021: more than 2000 attributes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"m=audio 9 RTP/AVP| 0", "m=audio 9 RTP|/AVP", "a=group:BUNDLE| 0", "a=ice-options:trickle| a", "r=7d 1h| 0",
            "z=1 -1h| 1 -1h", "a=fingerprint:sha-256 00|:00"})
    void longLinesDoNotExhaustTheStack(String line) {
        String[] parts = line.split("\\|");
        int index = LINES.indexOf(LINES.stream().filter(l -> l.charAt(0) == line.charAt(0)).findFirst().orElseThrow());
        List<String> lines = with(index, parts[0] + parts[1].repeat(20_000 / parts[1].length()));
        try {
            assertThat(read(lines)).isNotNull();
        } catch (SdpProblem e) {
            assertThat(e.line()).isEqualTo(index + 1);
        }
    }
}
