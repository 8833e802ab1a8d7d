package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.support.TurnDialog;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Binding, Allocate and Refresh (RFC 8489, section 9.2; RFC 8656, sections 7 and 8). */
class AllocateTest {
    private final TurnBench bench = TurnBench.withUser();
    private final TurnDialog alice = bench.alice();

    @Test
    void bindingNeedsNoCredentials() throws Exception {
        assertThat(alice.ask(1, w -> {})).isZero();
        assertThat(alice.answer().xorAddress(StunAttribute.XOR_MAPPED_ADDRESS)).isEqualTo(TurnBench.ALICE);
    }

    @Test
    void anAllocationNamesItsAddressesAndLifetime() throws Exception {
        assertThat(alice.allocate()).isZero();
        assertThat(bench.counters.get(TurnReason.CHALLENGED)).isEqualTo(1);
        assertThat(bench.openSockets()).containsExactly(alice.relayed());
        assertThat(alice.answer().unsignedInt(TurnAttribute.LIFETIME, 0)).isEqualTo(600);
        assertThat(alice.answer().xorAddress(StunAttribute.XOR_MAPPED_ADDRESS)).isEqualTo(TurnBench.ALICE);
        assertThat(alice.answer().hasIntegrity()).isTrue();
    }

    @Test
    void wrongPasswordUnknownUserAndForeignNonceAreRefused() throws Exception {
        assertThat(bench.dialog(TurnBench.ALICE, "alice", "wrong").allocate()).isEqualTo(401);
        assertThat(bench.dialog(TurnBench.ALICE, "mallory", "secret").allocate()).isEqualTo(401);
        assertThat(bench.counters.get(TurnReason.WRONG_INTEGRITY)).isEqualTo(1);
        assertThat(bench.counters.get(TurnReason.UNKNOWN_USER)).isEqualTo(1);
        assertThat(alice.allocate()).isZero();
        byte[] signed = alice.request(TurnAttribute.METHOD_REFRESH, w -> {});
        assertThat(bench.fromClient(TurnBench.address("198.51.100.2:5000"), signed).kind()).isEqualTo(Route.Kind.TO_CLIENT);
        assertThat(bench.counters.get(TurnReason.STALE_NONCE)).isEqualTo(1);
    }

    @Test
    void aNonceGrowsStaleAndTheClientIsToldAnother() throws Exception {
        assertThat(alice.allocate()).isZero();
        assertThat(alice.refresh(3600)).isZero();
        bench.pass(TimeUnit.MINUTES.toNanos(59));
        assertThat(alice.refresh(3600)).isZero();
        assertThat(bench.counters.get(TurnReason.STALE_NONCE)).isZero();
        bench.pass(TimeUnit.MINUTES.toNanos(2));
        assertThat(alice.refresh(3600)).isZero();
        assertThat(bench.counters.get(TurnReason.STALE_NONCE)).isEqualTo(1);
    }

    @Test
    void withoutCredentialsItIsAStunServer() throws Exception {
        TurnBench stunOnly = new TurnBench(CredentialStore.of("r", Map.of(), CredentialPolicy.USER, List.of()),
                new PortPool(50_000, 50_010, 0, 1));
        assertThat(stunOnly.alice().allocate()).isEqualTo(403);
        assertThat(stunOnly.alice().ask(1, w -> {})).isZero();
    }

    @Test
    void aRetransmissionGetsTheSameAnswerAndHasNoSecondEffect() throws Exception {
        assertThat(alice.allocate()).isZero();
        byte[] again = alice.request(TurnAttribute.METHOD_ALLOCATE,
                w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, (long) TurnAttribute.TRANSPORT_UDP << 24));
        TurnDialog bob = bench.dialog(TurnBench.address("198.51.100.7:1"), "bob", "secret");
        assertThat(bob.allocate()).isZero();
        assertThat(alice.send(again)).isEqualTo(437);
        TurnDialog carol = bench.dialog(TurnBench.address("198.51.100.8:1"), "bob", "secret");
        carol.ask(TurnAttribute.METHOD_ALLOCATE, w -> {});
        byte[] once = carol.request(TurnAttribute.METHOD_ALLOCATE,
                w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, (long) TurnAttribute.TRANSPORT_UDP << 24));
        assertThat(carol.send(once)).isZero();
        var relayed = carol.relayed();
        assertThat(carol.send(once)).isZero();
        assertThat(carol.relayed()).isEqualTo(relayed);
        assertThat(bench.counters.get(TurnReason.ALLOCATED)).isEqualTo(3);
    }

    @Test
    void whatIsNotOfferedIsRefusedByItsCode() throws Exception {
        long sctp = 132L << 24;
        long udp = (long) TurnAttribute.TRANSPORT_UDP << 24;
        assertThat(alice.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, sctp))).isEqualTo(442);
        assertThat(alice.ask(TurnAttribute.METHOD_ALLOCATE, w -> {})).isEqualTo(400);
        assertThat(alice.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, udp)
                .int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 2L << 24))).isEqualTo(440);
        assertThat(alice.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, udp).flag(0x7777)))
                .isEqualTo(420);
        assertThat(alice.refresh(600)).isEqualTo(437);
        assertThat(bench.openSockets()).isEmpty();
    }

    @Test
    void anotherUserMayNotTouchTheAllocation() throws Exception {
        assertThat(alice.allocate()).isZero();
        assertThat(bench.dialog(TurnBench.ALICE, "bob", "secret").refresh(0)).isEqualTo(441);
    }

    @Test
    void aRefreshOfZeroEndsItAndTheTimeToo() throws Exception {
        assertThat(alice.allocate()).isZero();
        assertThat(alice.refresh(0)).isZero();
        assertThat(bench.openSockets()).isEmpty();
        assertThat(alice.allocate()).isZero();
        bench.pass(TimeUnit.SECONDS.toNanos(599));
        assertThat(bench.openSockets()).hasSize(1);
        bench.pass(TimeUnit.SECONDS.toNanos(2));
        assertThat(bench.openSockets()).isEmpty();
        assertThat(bench.counters.get(TurnReason.RELEASED)).isEqualTo(2);
    }

    @Test
    void aMintedCredentialHasAQuotaAndAllocatesNothingAfterItsExpiry() throws Exception {
        var secret = TurnBench.secret(TurnBench.PEER);
        TurnBench minted = TurnBench.minted(secret);
        String user = minted.wall / 1000 + 300 + ":x";
        String password = secret.password(user);
        TurnDialog kept = minted.dialog(TurnBench.address("198.51.100.1:6000"), user, password);
        TurnDialog left = minted.dialog(TurnBench.address("198.51.100.1:6001"), user, password);
        assertThat(kept.allocate()).isZero();
        assertThat(left.allocate()).isZero();
        assertThat(left.answer().unsignedInt(TurnAttribute.LIFETIME, 0)).isEqualTo(600);
        assertThat(minted.dialog(TurnBench.address("198.51.100.1:7000"), user, password).allocate()).isEqualTo(486);
        minted.pass(TimeUnit.SECONDS.toNanos(400));
        assertThat(kept.refresh(600)).isZero();
        minted.pass(TimeUnit.SECONDS.toNanos(300));
        assertThat(minted.openSockets()).hasSize(1);
        assertThat(kept.refresh(600)).isZero();
        assertThat(minted.dialog(TurnBench.address("198.51.100.1:8000"), user, password).allocate()).isEqualTo(401);
    }

    @Test
    void permissionsThatAreThereDoNotCountAgainstTheLimitWhenRefreshed() throws Exception {
        assertThat(alice.allocate()).isZero();
        for (int half = 0; half < 2; half++) {
            TransportAddress[] peers = new TransportAddress[32];
            for (int i = 0; i < 32; i++) {
                peers[i] = TurnBench.address("203.0.113." + (1 + half * 32 + i) + ":1");
            }
            assertThat(alice.permit(peers)).isZero();
            assertThat(alice.permit(peers)).isZero();
        }
        assertThat(alice.permit(TurnBench.address("203.0.113.100:1"))).isEqualTo(508);
    }

    @Test
    void aPortThatCannotBeOpenedIsReplacedByAnother() throws Exception {
        TurnBench tight = new TurnBench(CredentialStore.of("r", Map.of("alice", "secret"), CredentialPolicy.USER, List.of()),
                new PortPool(50_000, 50_001, 0, 1));
        tight.taken.add(50_000);
        assertThat(tight.alice().allocate()).isZero();
        TurnDialog full = tight.dialog(TurnBench.address("198.51.100.9:1"), "alice", "secret");
        tight.taken.add(50_001);
        assertThat(full.allocate()).isEqualTo(508);
    }
}
