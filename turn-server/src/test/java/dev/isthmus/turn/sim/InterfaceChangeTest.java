package dev.isthmus.turn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.sim.SimNat;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Interfaces that come and go while a session runs: data goes on, without new credentials. */
class InterfaceChangeTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final TransportAddress STUN = address("192.0.2.10:3478");
    private static final TransportAddress CABLE = address("198.51.100.1:1000");
    private static final TransportAddress RADIO = address("10.7.0.5:1000");
    private static final TransportAddress PEER = address("198.51.100.2:1000");
    private static final List<IceServer> SERVERS = List.of(IceServer.stun("stun:x", STUN),
            new IceServer("turn:x", IceServer.Kind.TURN_UDP, STUN, "alice", "secret"));
    private final SimNetwork network = new SimNetwork(4);
    private final SimTurnServer server = new SimTurnServer(network, STUN, address("[2001:db8::10]:3478"), "192.0.2.20", "2001:db8::20");
    private final SimNat carrier = new SimNat("203.0.113.7", SimNat.Mapping.ADDRESS_AND_PORT_DEPENDENT,
            SimNat.Filtering.ADDRESS_AND_PORT_DEPENDENT);

    private static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    private SimSession session(TransportAddress base, boolean controlling, IcePolicy policy, boolean mobile) {
        return new SimSession(network, new SimSession.Place(List.of(base), null, false, policy, SERVERS, mobile), controlling);
    }

    private void connect(SimSession a, SimSession b) {
        a.begin(b);
        b.begin(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), 30 * SECOND)).isTrue();
        network.run(5 * SECOND);
    }

    /** Returns whether data passes both ways within a time; what is sent meanwhile may be lost. */
    private boolean passes(SimSession a, SimSession b, int seconds) {
        a.received().clear();
        b.received().clear();
        for (int i = 0; i < seconds * 10; i++) {
            a.send(new byte[]{(byte) 0x80, (byte) i});
            b.send(new byte[]{(byte) 0x80, (byte) i});
            network.run(SECOND / 10);
        }
        return !a.received().isEmpty() && !b.received().isEmpty();
    }

    /** From a cable to a mobile network behind a symmetric NAT, with both for a while or with none in between, in either role. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void fromOneAccessToAnother(boolean controlling, boolean overlap) {
        SimSession mover = session(CABLE, controlling, IcePolicy.ALL, false);
        SimSession still = session(PEER, !controlling, IcePolicy.ALL, false);
        connect(mover, still);
        CandidatePair before = still.selected();
        if (overlap) {
            mover.up(RADIO, carrier);
            network.run(3 * SECOND);
            assertThat(still.selected()).isEqualTo(before);
            mover.down(CABLE);
        } else {
            mover.down(CABLE);
            mover.up(RADIO, carrier);
        }
        assertThat(passes(mover, still, 4)).isTrue();
        assertThat(mover.selected().local().base()).isNotEqualTo(CABLE);
        assertThat(still.selected()).isNotEqualTo(before);
        network.run(120 * SECOND);
        assertThat(passes(mover, still, 1)).isTrue();
        assertThat(server.relayedAddresses()).isPositive();
    }

    /** RFC 8016: the allocation comes along, so that the peer notices nothing, whether the other interface has one of its own yet or not. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void aMobileAllocationComesAlong(int seconds) {
        SimSession mover = session(CABLE, true, IcePolicy.RELAY, true);
        SimSession still = session(PEER, false, IcePolicy.ALL, false);
        connect(mover, still);
        CandidatePair before = still.selected();
        mover.up(RADIO, carrier);
        network.run(seconds * SECOND);
        mover.down(CABLE);
        assertThat(passes(mover, still, 2)).isTrue();
        assertThat(still.selected()).isEqualTo(before);
        assertThat(mover.selected().local().type()).isEqualTo(CandidateType.RELAYED);
        network.run(15 * TimeUnit.MINUTES.toNanos(1));
        assertThat(passes(mover, still, 1)).isTrue();
    }

    /** Without mobility the relayed address is lost with its interface, and the next one is found. */
    @Test
    void aRelayOnlySessionChangesItsAllocation() {
        SimSession mover = session(CABLE, true, IcePolicy.RELAY, false);
        SimSession still = session(PEER, false, IcePolicy.ALL, false);
        connect(mover, still);
        mover.up(RADIO, carrier);
        network.run(2 * SECOND);
        mover.down(CABLE);
        assertThat(passes(mover, still, 4)).isTrue();
    }
}
