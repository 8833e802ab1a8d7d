package dev.isthmus.turn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.sim.SimNat;
import dev.isthmus.ice.sim.SimNetwork;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sessions with our own server in virtual time. */
class IceSessionTest {
    private static final TransportAddress STUN = address("192.0.2.10:3478");
    private static final TransportAddress ONE = address("10.1.0.5:1000");
    private static final TransportAddress TWO = address("198.51.100.2:1000");
    private static final IceServer RELAY = turn("turn:relay", "secret");
    private final SimNetwork network = new SimNetwork(1);
    private final SimTurnServer server = new SimTurnServer(network, STUN, address("[2001:db8::10]:3478"), "192.0.2.20", "2001:db8::20");
    private final SimNat nat = new SimNat("203.0.113.1", SimNat.Mapping.ENDPOINT_INDEPENDENT, SimNat.Filtering.ADDRESS_AND_PORT_DEPENDENT);

    private static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    private static IceServer turn(String url, String password) {
        return new IceServer(url, IceServer.Kind.TURN_UDP, STUN, "alice", password);
    }

    private SimSession session(TransportAddress base, @Nullable SimNat behind, boolean controlling, IcePolicy policy,
            IceServer... servers) {
        return new SimSession(network, new SimSession.Place(List.of(base), behind, false, policy, List.of(servers)), controlling);
    }

    private void connect(SimSession a, SimSession b) {
        a.begin(b);
        b.begin(a);
        assertThat(network.runUntil(() -> a.connected() && b.connected(), TimeUnit.MINUTES.toNanos(1))).isTrue();
        network.run(TimeUnit.SECONDS.toNanos(5));
    }

    private static <T extends SessionEvent> List<T> events(SimSession of, Class<T> type) {
        return of.events().stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** RFC 8828, mode 4: nothing leaves but to the TURN server, and nothing that peers are told leads anywhere else. */
    @Test
    void aRelayOnlySessionIsSeenNowhereElse() {
        SimSession hidden = session(ONE, nat, true, IcePolicy.RELAY, IceServer.stun("stun:x", STUN), RELAY);
        SimSession open = session(TWO, null, false, IcePolicy.ALL, RELAY);
        connect(hidden, open);
        assertThat(hidden.send(new byte[]{(byte) 0x80, 1})).isTrue();
        network.run(TimeUnit.MINUTES.toNanos(2));
        assertThat(open.received()).hasSize(1);
        assertThat(network.log()).filteredOn(p -> p.from().equals(ONE)).isNotEmpty().allMatch(p -> p.to().equals(STUN));
        assertThat(hidden.candidates()).hasSize(2).allMatch(c -> c.type() == CandidateType.RELAYED);
        for (Candidate told : hidden.candidates()) {
            assertThat(CandidateAttribute.line(told)).containsPattern("raddr (0\\.0\\.0\\.0|::) rport 0").doesNotContain("10.1.0.5")
                    .doesNotContain("203.0.113.1");
        }
        network.send(TWO, address("203.0.113.1:40000"), new byte[]{(byte) 0x80, 2}); // the NAT's filter stops it
        SimSession bare = session(address("198.51.100.3:1"), null, true, IcePolicy.RELAY, RELAY);
        bare.begin(open);
        network.send(TWO, address("198.51.100.3:1"), new byte[]{(byte) 0x80, 3});
        network.run(TimeUnit.SECONDS.toNanos(1));
        assertThat(bare.counters().get(SessionReason.NOT_RELAYED)).isEqualTo(1);
        assertThat(bare.received()).isEmpty();
    }

    @Test
    void aPublicSessionTellsNoHost() {
        SimSession shy = session(ONE, nat, true, IcePolicy.PUBLIC, IceServer.stun("stun:x", STUN));
        SimSession open = session(TWO, null, false, IcePolicy.ALL);
        connect(shy, open);
        assertThat(shy.candidates()).hasSize(1).allMatch(c -> c.type() == CandidateType.SERVER_REFLEXIVE);
        assertThat(shy.selected().local().type()).as("what is checked is its base").isEqualTo(CandidateType.HOST);
    }

    /** Every server that gives nothing is named, with its code; then gathering is done. */
    @Test
    void gatheringErrors() {
        TransportAddress nobody = address("192.0.2.99:3478");
        SimSession session = session(ONE, nat, true, IcePolicy.ALL, IceServer.stun("stun:nobody", nobody), turn("turn:wrong", "guess"),
                new IceServer("turn:nobody", IceServer.Kind.TURN_UDP, nobody, "alice", "secret"));
        session.begin(session(TWO, null, false, IcePolicy.ALL));
        network.run(TimeUnit.SECONDS.toNanos(12));
        assertThat(events(session, SessionEvent.GatheringError.class)).containsExactlyInAnyOrder(
                new SessionEvent.GatheringError("turn:wrong", ONE, 401, "Unauthenticated"),
                new SessionEvent.GatheringError("stun:nobody", ONE, 701, "the server does not answer"),
                new SessionEvent.GatheringError("turn:nobody", ONE, 701, "the server does not answer"));
        assertThat(events(session, SessionEvent.GatheringDone.class)).hasSize(1);
        assertThat(session.events().getLast()).isInstanceOf(SessionEvent.GatheringDone.class);
    }

    /** Candidates are told as they come, the host's at once (RFC 8838). */
    @Test
    void candidatesTrickle() {
        SimSession session = session(ONE, nat, true, IcePolicy.ALL, IceServer.stun("stun:x", STUN), RELAY);
        session.begin(session(TWO, null, false, IcePolicy.ALL));
        assertThat(session.candidates()).hasSize(1);
        network.run(TimeUnit.SECONDS.toNanos(2));
        assertThat(session.candidates()).extracting(Candidate::type).containsExactly(CandidateType.HOST, CandidateType.SERVER_REFLEXIVE,
                CandidateType.RELAYED, CandidateType.RELAYED);
        assertThat(events(session, SessionEvent.GatheringDone.class)).hasSize(1); // though one server is asked for both
        assertThat(session.candidates().subList(0, 3)).extracting(Candidate::priority).isSortedAccordingTo((a, b) -> Long.compare(b, a));
    }

    /** RFC 8445, section 9: data goes on by the old pair until the new generation has one. */
    @Test
    void aRestartOverARelay() {
        SimSession one = session(ONE, nat, true, IcePolicy.RELAY, RELAY);
        SimSession two = session(TWO, null, false, IcePolicy.RELAY, RELAY);
        connect(one, two);
        IceCredentials fresh = IceCredentials.random(network.random());
        IceCredentials answer = IceCredentials.random(network.random());
        one.session().restart(fresh, network.now());
        assertThat(one.send(new byte[]{(byte) 0x80, 1})).isTrue();
        network.run(TimeUnit.SECONDS.toNanos(1));
        assertThat(two.received()).hasSize(1);
        two.session().restart(answer, network.now());
        two.session().setRemoteCredentials(fresh, network.now());
        one.session().setRemoteCredentials(answer, network.now());
        one.candidates().forEach(c -> two.session().addRemoteCandidate(c, network.now()));
        two.candidates().forEach(c -> one.session().addRemoteCandidate(c, network.now()));
        network.run(TimeUnit.SECONDS.toNanos(10));
        assertThat(one.connected() && two.connected()).isTrue();
        assertThat(one.session().agent().pairs()).contains(one.selected());
        assertThat(two.send(new byte[]{(byte) 0x80, 2})).isTrue();
        network.run(TimeUnit.SECONDS.toNanos(1));
        assertThat(one.received()).hasSize(1);
    }

    /** An allocation that the server takes back takes its candidates along. */
    @Test
    void aLostAllocation() {
        SimSession one = session(ONE, nat, true, IcePolicy.RELAY, RELAY);
        SimSession two = session(TWO, null, false, IcePolicy.ALL);
        connect(one, two);
        server.revoke("alice");
        network.run(TimeUnit.MINUTES.toNanos(5));
        assertThat(events(one, SessionEvent.GatheringError.class)).extracting(SessionEvent.GatheringError::code).containsExactly(437);
        assertThat(one.session().agent().localCandidates()).isEmpty();
        assertThat(one.session().agent().state()).isEqualTo(IceState.FAILED);
        assertThat(one.send(new byte[1])).isFalse();
        assertThat(one.counters().get(SessionReason.NO_PAIR)).isEqualTo(1);
    }

    /** Half an hour of silence: permissions, channel, allocation, NAT and consent are kept up. */
    @Test
    void aQuietHalfHour() {
        SimSession one = session(ONE, nat, true, IcePolicy.RELAY, RELAY);
        SimSession two = session(TWO, null, false, IcePolicy.RELAY, RELAY);
        connect(one, two);
        network.run(TimeUnit.MINUTES.toNanos(30));
        assertThat(one.connected() && two.connected()).isTrue();
        assertThat(one.send(new byte[]{(byte) 0x80, 7})).isTrue();
        network.run(TimeUnit.SECONDS.toNanos(1));
        assertThat(two.received()).hasSize(1);
    }

    /** Data is taken only from where an authenticated check has come from. */
    @Test
    void strangersAreNotHeard() {
        SimSession one = session(TWO, null, true, IcePolicy.ALL);
        SimSession two = session(address("198.51.100.3:1000"), null, false, IcePolicy.ALL);
        connect(one, two);
        network.attach(one, address("198.51.100.66:6"), null);
        network.send(address("198.51.100.66:6"), TWO, new byte[]{(byte) 0x80, 1});
        network.run(TimeUnit.SECONDS.toNanos(1));
        assertThat(one.received()).isEmpty();
        assertThat(one.counters().get(SessionReason.UNPROVEN_SOURCE)).isEqualTo(1);
    }

    @Test
    void closingGivesTheAllocationBack() {
        SimSession one = session(ONE, nat, true, IcePolicy.RELAY, RELAY);
        one.begin(session(TWO, null, false, IcePolicy.ALL));
        network.run(TimeUnit.SECONDS.toNanos(2));
        assertThat(server.relayedAddresses()).isEqualTo(2);
        one.close();
        network.run(TimeUnit.SECONDS.toNanos(2));
        assertThat(server.relayedAddresses()).isZero();
    }
}
