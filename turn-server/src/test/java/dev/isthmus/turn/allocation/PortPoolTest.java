package dev.isthmus.turn.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.sim.SeededRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ports are handed out once, pairs stay together, and everything comes back. */
class PortPoolTest {
    private final SeededRandom random = new SeededRandom(7);

    @Test
    void loopsShareARangeWithoutOverlap() {
        BitSet seen = new BitSet();
        for (int loop = 0; loop < 3; loop++) {
            PortPool pool = new PortPool(50_001, 50_100, loop, 3);
            for (int port = pool.take(false, random); port >= 0; port = pool.take(false, random)) {
                assertThat(seen.get(port)).isFalse();
                seen.set(port);
            }
        }
        assertThat(seen.cardinality()).isEqualTo(100);
        assertThat(seen.nextSetBit(0)).isEqualTo(50_001);
        assertThat(seen.length() - 1).isEqualTo(50_100);
    }

    @Test
    void aRandomLifeLosesNoPort() {
        PortPool pool = new PortPool(40_000, 40_063, 1, 2);
        int all = pool.free();
        List<Integer> held = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            int what = random.below(5);
            if (what < 2 && !held.isEmpty()) {
                pool.give(held.remove(random.below(held.size())));
            } else if (what == 2) {
                int even = pool.takePair(random);
                if (even >= 0) {
                    assertThat(even % 2).isZero();
                    held.add(even);
                    held.add(even + 1);
                }
            } else {
                int port = pool.take(what == 3, random);
                assertThat(port < 0 || what != 3 || port % 2 == 0).isTrue();
                if (port >= 0) {
                    held.add(port);
                }
            }
            assertThat(held).doesNotHaveDuplicates();
            assertThat(pool.free() + held.size()).isEqualTo(all);
        }
        held.forEach(pool::give);
        assertThat(pool.free()).isEqualTo(all);
    }

    @Test
    void everyPortComesUp() {
        PortPool pool = new PortPool(40_000, 40_015, 0, 1);
        BitSet seen = new BitSet();
        for (int i = 0; i < 500; i++) {
            int port = pool.take(false, random);
            seen.set(port);
            pool.give(port);
        }
        assertThat(seen.cardinality()).isEqualTo(16);
    }
}
