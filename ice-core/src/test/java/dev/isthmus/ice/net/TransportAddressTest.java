package dev.isthmus.ice.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numeric addresses as text (RFC 5952). */
class TransportAddressTest {
    @ParameterizedTest
    @CsvSource({"::1, ::1", "::, ::", "2001:DB8:0:0:0:0:2:1, 2001:db8::2:1", "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
            "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1", "fe80:0:0:0:0:0:0:0, fe80::",
            "::ffff:192.0.2.1, ::ffff:192.0.2.1", "::192.0.2.1, ::c000:201", "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8", "127.0.0.1, 127.0.0.1",
            "255.254.1.0, 255.254.1.0"})
    void oneFormForEachAddress(String given, String written) {
        TransportAddress address = Objects.requireNonNull(TransportAddress.parse(given, 7));
        assertThat(address.host()).isEqualTo(written);
        assertThat(TransportAddress.parse(address.toString())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "1.2.3", "1.2.3.256", "1.2.3.4.5", "::1::", "12345::", "fe80::1%eth0", "0x7f.0.0.1"})
    void nothingElseIsAnAddress(String text) {
        assertThat(TransportAddress.parse(text, 0)).isNull();
    }
}
