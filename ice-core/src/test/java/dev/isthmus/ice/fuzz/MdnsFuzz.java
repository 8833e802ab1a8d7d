package dev.isthmus.ice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.mdns.Mdns;
import dev.isthmus.ice.mdns.MdnsReason;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes to the port of multicast DNS, from wherever: it is answered at most once a message, and never thrown at anybody. */
class MdnsFuzz {
    private static final TransportAddress HOST = TransportAddress.ipv4(0x0A000001, 0);

    static Stream<Arguments> seeds() {
        Mdns asking = new Mdns(new SeededRandom(1), new Counters<>(MdnsReason.class));
        asking.resolve("x.local", 0, address -> {});
        byte[] question = Objects.requireNonNull(asking.pollTransmit()).bytes();
        Mdns answering = new Mdns(new SeededRandom(1), new Counters<>(MdnsReason.class));
        Mdns knowing = new Mdns(new SeededRandom(2), new Counters<>(MdnsReason.class));
        knowing.resolve(answering.offer(HOST), 0, address -> {});
        answering.onPacket(Objects.requireNonNull(knowing.pollTransmit()).bytes(), HOST.withPort(Mdns.PORT), 5_000_000_000L);
        byte[] answer = Objects.requireNonNull(answering.pollTransmit()).bytes();
        return Stream.of(question, answer, new byte[12]).map(bytes -> Arguments.arguments((Object) bytes));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void neverThrows(byte[] bytes) {
        Mdns mdns = new Mdns(new SeededRandom(1), new Counters<>(MdnsReason.class));
        mdns.offer(HOST);
        mdns.resolve("x.local", 0, address -> {});
        mdns.pollTransmit();
        for (int port : new int[]{Mdns.PORT, 1000}) {
            mdns.onPacket(bytes, HOST.withPort(port), 10_000_000_000L);
        }
        int sent = 0;
        while (mdns.pollTransmit() != null) {
            sent++;
        }
        assertThat(sent).isLessThanOrEqualTo(2 * Math.max(1, bytes.length / 6));
    }
}
