package dev.isthmus.ice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidateTransport;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.sdp.IceDescription;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SDP attributes of ICE, by section. */
class Rfc8839Test {
    private static CandidateAttribute parsed(String line) {
        return Objects.requireNonNull(CandidateAttribute.parse(line));
    }

    /** Section 5.1, as browsers, libnice and RFC 6544 write it; written again it is the same, but for the letters of the transport. */
    @ParameterizedTest
    @ValueSource(strings = {"candidate:1 1 udp 2130706431 203.0.113.141 8998 typ host",
            "candidate:2 1 udp 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
            "candidate:842163049 1 udp 1677729535 198.51.100.7 61000 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag Wxyz network-id 1 network-cost 10",
            "candidate:1 2 tcp 2105458943 2001:db8::5 9 typ host tcptype active",
            "candidate:9 1 udp 1 7c6d2bd2-0b37-4c5c-9d5a-1fbe5d4cf1a2.local 50000 typ host",
            "candidate:a+/9 256 sctp 2147483647 host.example 0 typ token", "candidate:1 1 udp 1 192.0.2.1 1 typ relay raddr 10.0.0.1"})
    void candidatesAreReadAndWritten(String line) {
        assertThat(parsed(line).toSdp()).isEqualTo(line);
        assertThat(parsed(line.replace(" udp ", " UDP ")).toSdp()).isEqualTo(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "candidate:", "candidate:1 1 udp 1 192.0.2.1 1 host", "1 0 udp 1 192.0.2.1 1 typ host",
            "1 257 udp 1 192.0.2.1 1 typ host", "1 1 udp 0 192.0.2.1 1 typ host", "1 1 udp 2147483648 192.0.2.1 1 typ host",
            "1 1 udp 1 192.0.2.1 65536 typ host", "1 1 udp 1 192.0.2.1 1 typ host generation", "- 1 udp 1 192.0.2.1 1 typ host",
            "123456789012345678901234567890123 1 udp 1 192.0.2.1 1 typ host", "1 1 udp 1 192.0.2.1 1 typ srflx raddr 1.2.3.4 rport 99999"})
    void whatIsNoCandidateIsNone(String line) {
        assertThat(CandidateAttribute.parse(line)).isNull();
    }

    @Test
    void whatCanBeChecked() {
        assertThat(parsed("1 1 udp 7 192.0.2.1 5 typ host").candidate()).isNotNull();
        assertThat(parsed("1 1 tcp 7 192.0.2.1 9 typ host").candidate()).isNull();
        assertThat(parsed("1 1 sctp 7 192.0.2.1 9 typ host").candidate()).isNull();
        assertThat(parsed("1 1 udp 7 x.LOCAL 5 typ host").candidate()).isNull();
        assertThat(parsed("1 1 udp 7 x.LOCAL 5 typ host").isMdns()).isTrue();
        assertThat(parsed("1 1 udp 7 192.0.2.1 0 typ host").candidate()).isNull();
        assertThat(parsed("1 1 udp 7 192.0.2.1 5 typ other").candidate()).isNull();
    }

    /** RFC 6544, section 4.5. */
    @ParameterizedTest
    @ValueSource(strings = {"active", "passive", "so"})
    void candidatesOfTcp(String type) {
        String line = "candidate:1 1 tcp 7 192.0.2.1 9 typ host tcptype " + type;
        Candidate read = Objects.requireNonNull(parsed(line).candidate());
        assertThat(read.transport().tcpType()).isEqualTo(type);
        assertThat(read.address()).isEqualTo(TransportAddress.ipv4(0xC0000201, 9).overTcp());
        assertThat(CandidateAttribute.line(read)).isEqualTo(line);
    }

    @Test
    void ourOwn() {
        TransportAddress base = TransportAddress.ipv4(0x0A000001, 1000);
        TransportAddress outside = TransportAddress.ipv4(0xC0000201, 4000);
        Candidate mine = Candidate.serverReflexive(outside, base, TransportAddress.ipv4(0xC0000263, 3478), 65535);
        String line = CandidateAttribute.of(mine, Map.of("ufrag", "Abcd")).toSdp();
        assertThat(line).endsWith("typ srflx raddr 10.0.0.1 rport 1000 ufrag Abcd");
        assertThat(parsed(line).candidate()).isEqualTo(
                new Candidate(mine.type(), mine.foundation(), 1, mine.priority(), outside, outside, base, CandidateTransport.UDP));
    }

    /** Sections 5.2 to 5.7, and RFC 8840, section 4.1. */
    @Test
    void everythingElse() {
        List<String> lines = List.of("ice-lite", "ice-ufrag:Wxyz", "ice-pwd:0123456789abcdefghijkl", "ice-options:ice2 trickle",
                "ice-pacing:50", "ice-mismatch", "candidate:1 1 udp 7 192.0.2.1 5 typ host",
                "remote-candidates:1 192.0.2.2 6 2 192.0.2.2 7",
                "end-of-candidates");
        IceDescription read = IceDescription.parse(lines);
        assertThat(read.toSdp()).isEqualTo(lines);
        assertThat(read.credentials()).isNotNull();
        assertThat(read.options()).containsExactly(IceDescription.ICE2, IceDescription.TRICKLE);
        assertThat(read.remoteCandidates()).hasSize(2);
        assertThat(read.lite() && read.mismatch() && read.endOfCandidates()).isTrue();
        assertThat(read.pacingMillis()).isEqualTo(50);
    }

    @Test
    void whatIsMalformedIsPassedOver() {
        IceDescription read = IceDescription
                .parse(List.of("ice-ufrag:abc", "ice-pwd:short", "ice-pacing:x", "remote-candidates:1 a", "candidate:x",
                        "candidate", "rtpmap:0 PCMU/8000", ""));
        assertThat(read.toSdp()).isEmpty();
        assertThat(read.credentials()).isNull();
    }
}
