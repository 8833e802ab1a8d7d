package dev.isthmus.ice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.sdp.IceDescription;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A candidate line is understood or refused, and what is understood says the same when it is written and read again. */
class CandidateFuzz {
    static Stream<Arguments> seeds() {
        return Stream.of("candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host",
                "candidate:abc 2 udp 1694498815 203.0.113.1 40000 typ srflx raddr 10.0.0.1 rport 1000 generation 0 ufrag Wxyz network-cost 10",
                "candidate:0 1 udp 14680063 2001:db8::1 50000 typ relay raddr :: rport 0",
                "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active", "candidate:1 1 udp 1 x.local 9 typ host",
                "candidate:1 1 udp 1 x 9 typ host a r\u0001 a b") // found: what ends a line is trimmed
                .map(line -> Arguments.arguments((Object) line.getBytes(StandardCharsets.US_ASCII)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void readsOrRefuses(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        CandidateAttribute line = CandidateAttribute.parse(text);
        if (line != null) {
            assertThat(CandidateAttribute.parse(line.toSdp())).isEqualTo(line);
        }
        IceDescription all = IceDescription.parse(List.of(text.split("\n")));
        assertThat(IceDescription.parse(all.toSdp())).isEqualTo(all);
        Candidate read = CandidateAttribute.checkable(text);
        if (read != null) {
            assertThat(CandidateAttribute.checkable(CandidateAttribute.line(read))).isEqualTo(read);
            assertThat(read.priority()).isBetween(1L, (long) Integer.MAX_VALUE);
        }
    }
}
