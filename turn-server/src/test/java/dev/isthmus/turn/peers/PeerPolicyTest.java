package dev.isthmus.turn.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses may be peers, in whatever form they come. */
class PeerPolicyTest {
    private static final PeerPolicy DEFAULT = new PeerPolicy(List.of(), OwnAddresses.NONE);

    private static final Predicate<TransportAddress> NONE_RELAYED = any -> false;

    private static TransportAddress at(String host) {
        return Objects.requireNonNull(TransportAddress.parse(host, 4000), host);
    }

    private static PeerRule rule(boolean allow, String range) {
        return new PeerRule(allow, AddressRange.of(range), "test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "1.1.1.1", "192.0.1.1", "223.255.255.255", "2a00:1450::1", "2606:4700::1111"})
    void publicAddressesAreAdmitted(String host) {
        assertThat(DEFAULT.decide(at(host), NONE_RELAYED).allow()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
            "255.255.255.255", "224.0.0.1", "239.1.1.1", "168.63.129.16", "192.0.0.192", "::", "::1", "fe80::1", "fc00::1",
            "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1", "100::1", "3fff::1", "5f00::1"})
    void addressesOfSpecialPurposeAreRefused(String host) {
        assertThat(DEFAULT.decide(at(host), NONE_RELAYED).allow()).isFalse();
        assertThat(DEFAULT.decideHost(at(host)).allow()).isFalse();
    }

    /** Each writes 10.0.0.1; with the form itself allowed by the operator, what is inside still counts. */
    @ParameterizedTest
    @ValueSource(strings = {"::ffff:10.0.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1", "2002:a00:1::1", "64:ff9b::a00:1", "64:ff9b:1::a00:1",
            "64:ff9b:1:a00:0:100::", "2001:0:a00:1::f5ff:fffe", "2001:0:808:808::f5ff:fffe", "2a00:1450::5efe:10.0.0.1",
            "2a00:1450::200:5efe:a00:1"})
    void whatAnIpv6AddressHidesIsFound(String host) {
        assertThat(EmbeddedAddresses.of(at(host))).contains(at("10.0.0.1"));
        assertThat(DEFAULT.decide(at(host), NONE_RELAYED).allow()).isFalse();
        PeerPolicy open = new PeerPolicy(List.of(rule(true, "::/0")), OwnAddresses.NONE);
        assertThat(open.decide(at(host), NONE_RELAYED).allow()).isFalse();
        assertThat(open.decide(at(host), NONE_RELAYED).name()).contains("Private-Use");
        PeerPolicy both = new PeerPolicy(List.of(rule(true, "::/0"), rule(true, "10.0.0.0/8")), OwnAddresses.NONE);
        assertThat(both.decide(at(host), NONE_RELAYED).allow()).isTrue();
    }

    @Test
    void theFirstRuleDecides() {
        PeerPolicy policy = new PeerPolicy(List.of(rule(true, "10.1.2.0/24"), rule(false, "10.1.0.0/16"), rule(true, "10.0.0.0/8"),
                rule(false, "8.8.8.8")), OwnAddresses.NONE);
        assertThat(policy.decide(at("10.1.2.3"), NONE_RELAYED).allow()).isTrue();
        assertThat(policy.decide(at("10.1.3.3"), NONE_RELAYED).allow()).isFalse();
        assertThat(policy.decide(at("10.2.3.3"), NONE_RELAYED).allow()).isTrue();
        assertThat(policy.decide(at("8.8.8.8"), NONE_RELAYED).allow()).isFalse();
        assertThat(policy.decide(at("64:ff9b::808:808"), NONE_RELAYED).allow()).isFalse();
        assertThat(policy.decide(at("8.8.4.4"), NONE_RELAYED)).hasToString("allow 0.0.0.0/0 (no rule is against it)");
        assertThat(policy.decide(at("192.168.3.4"), NONE_RELAYED)).hasToString("deny 192.168.0.0/16 (safe default: Private-Use, RFC 1918)");
    }

    /** Nobody gets behind the firewall through us, but two of our own clients may meet. */
    @Test
    void ofTheServersOwnAddressesOnlyRelayedOnesAreReached() {
        PeerPolicy policy = DEFAULT.withOwn(new OwnAddresses(List.of(at("8.8.0.1")), List.of(at("8.8.0.2"))));
        assertThat(policy.decideHost(at("8.8.0.1")).allow()).isFalse();
        assertThat(policy.decide(at("8.8.0.1"), any -> true).allow()).isFalse();
        assertThat(policy.decideHost(at("8.8.0.2")).allow()).isTrue();
        assertThat(policy.decide(at("8.8.0.2"), any -> true).onlyWhileRelayed()).isTrue();
        assertThat(policy.decide(at("8.8.0.2"), NONE_RELAYED).allow()).isFalse();
        assertThat(policy.decide(at("64:ff9b::808:1"), any -> true).allow()).isFalse();
    }
}
