package dev.isthmus.ice.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.sim.SeededRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The flow map against the library's map. */
class FlowMapTest {
    private static final TransportAddress LOCAL = TransportAddress.ipv4(0x7F000001, 3478);

    private static AddressKey key(int n) {
        TransportAddress remote = n % 2 == 0
                ? TransportAddress.ipv4(0x0A000000 + n / 100, 1000 + n % 100)
                : TransportAddress.ipv6(0x20010DB800000000L, n / 100, 1000 + n % 100);
        return AddressKey.of(n % 2 == 0 ? LOCAL : TransportAddress.ipv6(0, 1, 3478), remote);
    }

    @Test
    void itHoldsWhatTheLibrarysMapHolds() {
        SeededRandom random = new SeededRandom(7);
        FlowMap<Integer> map = new FlowMap<>();
        Map<AddressKey, Integer> expected = new HashMap<>();
        Integer[] values = new Integer[3000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 100_000;
        }
        for (int step = 0; step < 200_000; step++) {
            int n = random.below(values.length);
            if (random.below(5) < 3) {
                map.put(key(n), values[n]);
                expected.put(key(n), values[n]);
            } else {
                assertThat(map.remove(key(n), values[n])).isEqualTo(expected.remove(key(n), values[n]));
            }
        }
        for (int n = 0; n < values.length; n++) {
            assertThat(map.get(key(n))).isEqualTo(expected.get(key(n)));
        }
        List<Integer> all = new ArrayList<>(map.values());
        assertThat(all).containsExactlyInAnyOrderElementsOf(expected.values());
        assertThat(map.size()).isEqualTo(expected.size());
    }

    @Test
    void hashesOfClientsThatDifferInOnePartSpreadOverTheirLowBits() {
        for (int localPort : new int[]{3478, 60_000}) {
            Set<Long> ports = new HashSet<>();
            Set<Long> hosts = new HashSet<>();
            for (int i = 0; i < 256; i++) {
                TransportAddress local = LOCAL.withPort(localPort);
                ports.add(AddressKey.of(local, TransportAddress.ipv4(0x0A000001, 40_000 + i)).hash() & 0xFF);
                hosts.add(AddressKey.of(local, TransportAddress.ipv4(0x0A000001 + i, 40_000)).hash() & 0xFF);
            }
            assertThat(ports).as("of 256 ports").hasSizeGreaterThan(120);
            assertThat(hosts).as("of 256 hosts").hasSizeGreaterThan(120);
        }
    }

    @Test
    void anotherValueUnderTheKeyStays() {
        FlowMap<String> map = new FlowMap<>();
        map.put(key(1), "a");
        assertThat(map.remove(key(1), "b")).isFalse();
        assertThat(map.get(key(1))).isEqualTo("a");
        map.put(key(1), "b");
        assertThat(map.size()).isOne();
        assertThat(map.get(key(1))).isEqualTo("b");
    }
}
