package dev.isthmus.turn.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, 10.255.255.255, true", "10.0.0.0/8, 11.0.0.0, false", "0.0.0.0/0, 255.1.2.3, true",
            "192.0.2.1, 192.0.2.1, true", "192.0.2.1, 192.0.2.2, false", "2001:db8::/32, 2001:db8:ffff::1, true",
            "2001:db8::/32, 2001:db9::, false", "fe80::1/128, fe80::1, true", "fe80::/127, fe80::2, false", "::/0, 10.0.0.1, false"})
    void contains(String range, String address, boolean expected) {
        AddressRange parsed = Objects.requireNonNull(AddressRange.parse(range));
        assertThat(parsed.contains(Objects.requireNonNull(TransportAddress.parse(address, 1)))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/33", "host", "10.0.0/8", "10.0.0.0/", "::/129", "256.0.0.1"})
    void refuses(String text) {
        assertThat(AddressRange.parse(text)).isNull();
    }
}
