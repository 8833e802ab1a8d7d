package dev.isthmus.turn.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** 20 answers a second with a burst of 200, for each IPv4 address and each IPv6 /64. */
class AnswerLimiterTest {
    private final AnswerLimiter limiter = new AnswerLimiter(0x1234_5678_9ABC_DEF0L, AnswerLimiter.Allowance.DEFAULT);

    private static AddressKey from(String source) {
        TransportAddress here = Objects.requireNonNull(TransportAddress.parse(source.startsWith("[") ? "[::1]:1" : "127.0.0.1:1"));
        return AddressKey.of(here, Objects.requireNonNull(TransportAddress.parse(source)));
    }

    private int taken(AddressKey key, long millis, int tries) {
        int count = 0;
        for (int i = 0; i < tries; i++) {
            count += limiter.take(key, millis * 1_000_000) ? 1 : 0;
        }
        return count;
    }

    @Test
    void theAllowanceFillsAgain() {
        AddressKey key = from("198.51.100.1:1");
        assertThat(taken(key, 0, 1000)).isEqualTo(200);
        assertThat(taken(from("198.51.100.1:2"), 0, 10)).isZero();
        assertThat(taken(key, 1000, 1000)).isEqualTo(20);
        assertThat(taken(key, 3_600_000, 1000)).isEqualTo(200);
        assertThat(taken(from("198.51.100.2:1"), 0, 1000)).isEqualTo(200);
    }

    /** Nobody outside can forge such a source; a load test or a front-end of the same machine is not to be slowed. */
    @Test
    void loopbackIsNotLimited() {
        assertThat(taken(from("127.0.0.1:9"), 0, 10_000)).isEqualTo(10_000);
        assertThat(taken(from("[::1]:9"), 0, 10_000)).isEqualTo(10_000);
    }

    @Test
    void aHostWithManyIpv6AddressesIsOneSource() {
        assertThat(taken(from("[2001:db8:1:2::1]:1"), 0, 1000)).isEqualTo(200);
        assertThat(taken(from("[2001:db8:1:2:ffff::7]:1"), 0, 10)).isZero();
        assertThat(taken(from("[2001:db8:1:3::1]:1"), 0, 1000)).isEqualTo(200);
    }
}
