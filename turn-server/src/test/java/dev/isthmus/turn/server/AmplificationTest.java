package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.fuzz.Seeds;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much larger than the request an answer is that anybody can ask for in another's name, headers of IP and UDP included. */
class AmplificationTest {
    @ParameterizedTest
    @CsvSource({"198.51.100.1:1, 28, 1.25", "[2001:db8::1]:1, 48, 1.36"})
    void bindingAnswers(String client, int headers, double most) {
        TransportAddress from = TurnBench.address(client);
        byte[] bare = Seeds.stun(StunType.BINDING, StunType.REQUEST, w -> {});
        byte[] printed = Seeds.stun(StunType.BINDING, StunType.REQUEST, StunWriter::fingerprint);
        for (byte[] request : new byte[][]{bare, printed}) {
            TurnBench bench = TurnBench.withUser();
            byte[] answer = bench.fromClient(from, request).bytes();
            assertThat((double) (answer.length + headers) / (request.length + headers)).isBetween(1.0, most);
        }
    }
}
