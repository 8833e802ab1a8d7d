package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.support.TurnDialog;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which relayed addresses a client gets: families, even ports, reservations (RFC 8656, sections 7.2 and 8.2). */
class RelayedAddressTest {
    private static final TransportAddress PEER6 = TurnBench.address("[2001:db8:9::9]:9000");
    private static final byte[] DATA = {1, 2, 3};
    private final TurnBench bench = TurnBench.dual(true);
    private final TurnDialog alice = bench.alice();

    private static int allocate(TurnDialog dialog, Consumer<StunWriter> attributes) throws Exception {
        return dialog.ask(TurnAttribute.METHOD_ALLOCATE, w -> {
            w.int32(TurnAttribute.REQUESTED_TRANSPORT, (long) TurnAttribute.TRANSPORT_UDP << 24);
            attributes.accept(w);
        });
    }

    private static Consumer<StunWriter> family(int type, int family) {
        return w -> w.int32(type, (long) family << 24);
    }

    private TurnDialog client(int port) {
        return bench.dialog(TurnBench.address("198.51.100.1:" + port), "alice", "secret");
    }

    private static @Nullable TransportAddress[] relayed(TurnDialog dialog) {
        return dialog.answer().xorAddresses(TurnAttribute.XOR_RELAYED_ADDRESS);
    }

    @Test
    void theFamilyIsTheOneAskedForOrTheDefault() throws Exception {
        assertThat(alice.allocate()).isZero();
        assertThat(alice.relayed().ipv4()).isTrue();
        TurnDialog six = client(6);
        assertThat(allocate(six, family(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 2))).isZero();
        assertThat(six.relayed().ipv4()).isFalse();
        TurnBench preferring6 = TurnBench.dual(false);
        TurnDialog browser = preferring6.alice();
        assertThat(browser.allocate()).isZero();
        assertThat(browser.relayed().ipv4()).isFalse();
    }

    @Test
    void familiesThatDoNotFitAreRefused() throws Exception {
        assertThat(allocate(client(1), family(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 3))).isEqualTo(440);
        assertThat(allocate(client(2), family(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 1))).isEqualTo(400);
        assertThat(allocate(client(3), family(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2)
                .andThen(family(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 1)))).isEqualTo(400);
        assertThat(allocate(client(4), w -> w.bytes(TurnAttribute.EVEN_PORT, new byte[]{(byte) 0x80})
                .int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2L << 24))).isEqualTo(400);
        assertThat(allocate(client(5), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, 1).bytes(TurnAttribute.EVEN_PORT, new byte[1])))
                .isEqualTo(400);
        assertThat(allocate(client(6), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, 1)
                .int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 1L << 24))).isEqualTo(400);
        assertThat(bench.openSockets()).isEmpty();
    }

    @Test
    void aDualAllocationRelaysToBothAndEndsByHalves() throws Exception {
        assertThat(allocate(alice, family(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2))).isZero();
        @Nullable
        TransportAddress[] both = relayed(alice);
        assertThat(both).hasSize(2);
        TransportAddress four = Objects.requireNonNull(both[0]);
        TransportAddress six = Objects.requireNonNull(both[1]);
        assertThat(four.ipv4()).isTrue();
        assertThat(six.ipv4()).isFalse();
        assertThat(alice.permit(TurnBench.PEER, PEER6)).isZero();
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isZero();
        assertThat(alice.bind(0x4000, PEER6)).isEqualTo(400);
        assertThat(alice.bind(0x4001, PEER6)).isZero();
        assertThat(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4000, DATA)).to()).isEqualTo(TurnBench.PEER);
        assertThat(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4001, DATA)).to()).isEqualTo(PEER6);
        assertThat(bench.fromClient(TurnBench.ALICE, alice.indication(PEER6, DATA)).to()).isEqualTo(PEER6);
        assertThat(bench.fromPeer(six, PEER6, DATA).bytes()).isEqualTo(TurnDialog.channelData(0x4001, DATA));

        assertThat(alice.ask(TurnAttribute.METHOD_REFRESH,
                w -> w.int32(TurnAttribute.LIFETIME, 0).int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 1L << 24))).isZero();
        assertThat(bench.openSockets()).containsExactly(six);
        assertThat(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4001, DATA)).to()).isEqualTo(PEER6);
        assertThat(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4000, DATA)).kind()).isEqualTo(Route.Kind.DROP);
        assertThat(alice.permit(TurnBench.PEER)).isEqualTo(443);
        assertThat(alice.ask(TurnAttribute.METHOD_REFRESH,
                w -> w.int32(TurnAttribute.LIFETIME, 600).int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 1L << 24))).isEqualTo(443);
        assertThat(alice.refresh(0)).isZero();
        assertThat(bench.openSockets()).isEmpty();
        assertThat(bench.counters.get(TurnReason.RELEASED)).isEqualTo(1);
    }

    @Test
    void aDualAllocationExpiresAsAWhole() throws Exception {
        assertThat(allocate(alice, family(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2))).isZero();
        bench.pass(TimeUnit.SECONDS.toNanos(601));
        assertThat(bench.openSockets()).isEmpty();
        assertThat(alice.refresh(600)).isEqualTo(437);
    }

    @Test
    void halfOfADualAllocationIsBetterThanNone() throws Exception {
        TurnBench four = TurnBench.withUser();
        TurnDialog dialog = four.alice();
        assertThat(allocate(dialog, family(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2))).isZero();
        assertThat(relayed(dialog)).hasSize(1);
        byte[] error = Objects.requireNonNull(dialog.answer().bytes(TurnAttribute.ADDRESS_ERROR_CODE));
        assertThat(error).startsWith(2, 0, 4, 40);
    }

    @Test
    void aPeerOfTheOtherFamilyIsRefused() throws Exception {
        assertThat(alice.allocate()).isZero();
        assertThat(alice.permit(PEER6)).isEqualTo(443);
        assertThat(alice.bind(0x4000, PEER6)).isEqualTo(443);
        assertThat(bench.fromClient(TurnBench.ALICE, alice.indication(PEER6, DATA)).kind()).isEqualTo(Route.Kind.DROP);
        assertThat(bench.counters.get(TurnReason.WRONG_FAMILY)).isEqualTo(3);
    }

    @Test
    void anEvenPortCanKeepTheNextOneForAnotherClient() throws Exception {
        assertThat(allocate(alice, w -> w.bytes(TurnAttribute.EVEN_PORT, new byte[]{(byte) 0x80}))).isZero();
        int even = alice.relayed().port();
        assertThat(even % 2).isZero();
        assertThat(alice.answer().hasLong(TurnAttribute.RESERVATION_TOKEN)).isTrue();
        long token = alice.answer().longValue(TurnAttribute.RESERVATION_TOKEN);
        assertThat(bench.openSockets()).hasSize(2);
        bench.pass(TimeUnit.SECONDS.toNanos(29));
        TurnDialog bob = bench.dialog(TurnBench.address("198.51.100.9:9"), "bob", "secret");
        assertThat(allocate(bob, w -> w.int64(TurnAttribute.RESERVATION_TOKEN, token))).isZero();
        assertThat(bob.relayed().port()).isEqualTo(even + 1);
        assertThat(allocate(client(7), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, token))).isEqualTo(508);
        assertThat(bench.counters.get(TurnReason.NO_RESERVATION)).isEqualTo(1);
    }

    @Test
    void aReservationIsGivenUpAfterItsTime() throws Exception {
        assertThat(allocate(alice, w -> w.bytes(TurnAttribute.EVEN_PORT, new byte[]{(byte) 0x80}))).isZero();
        long token = alice.answer().longValue(TurnAttribute.RESERVATION_TOKEN);
        bench.pass(TimeUnit.SECONDS.toNanos(31));
        assertThat(allocate(client(7), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, token))).isEqualTo(508);
        assertThat(bench.openSockets()).hasSize(1);
    }

    /** It counts against the quota as long as it is held, and no longer. */
    @Test
    void aReservationCountsUntilItsTimeIsOver() throws Exception {
        CredentialStore two = CredentialStore.of("r", Map.of("alice", "secret"), CredentialPolicy.user(2, AllocationLimits.DEFAULT),
                List.of());
        TurnBench small = new TurnBench(two, new PortPool(50_000, 50_099, 0, 1));
        Consumer<StunWriter> reserve = w -> w.bytes(TurnAttribute.EVEN_PORT, new byte[]{(byte) 0x80});
        assertThat(allocate(small.alice(), reserve)).isZero();
        assertThat(allocate(small.dialog(TurnBench.address("198.51.100.1:7"), "alice", "secret"), w -> {})).isEqualTo(486);
        small.pass(TimeUnit.SECONDS.toNanos(31));
        assertThat(allocate(small.dialog(TurnBench.address("198.51.100.1:8"), "alice", "secret"), reserve)).isEqualTo(486);
        assertThat(allocate(small.dialog(TurnBench.address("198.51.100.1:9"), "alice", "secret"), w -> {})).isZero();
        assertThat(small.openSockets()).hasSize(2);
    }

    @Test
    void portsComeBackHoweverTheyWereTaken() throws Exception {
        PortPool ports = new PortPool(50_000, 50_003, 0, 1);
        TurnBench small = new TurnBench(TurnBench.users(), List.of(TurnBench.relay("192.0.2.2", ports)), true, false);
        for (int i = 0; i < 20; i++) {
            TurnDialog one = small.dialog(TurnBench.address("198.51.100.4:" + (100 + i)), "alice", "secret");
            assertThat(allocate(one, w -> w.bytes(TurnAttribute.EVEN_PORT, new byte[]{(byte) 0x80}))).isZero();
            assertThat(one.refresh(0)).isZero();
            small.pass(TimeUnit.SECONDS.toNanos(31));
        }
        assertThat(allocate(small.alice(), w -> {})).isZero();
        assertThat(ports.free()).isEqualTo(3);
    }

    @Test
    void strictServersBindOnlyTheChannelsOfRfc8656() throws Exception {
        TurnBench strict = new TurnBench(TurnBench.users(), List.of(TurnBench.relay("192.0.2.2", new PortPool(50_000, 50_099, 0, 1))), true,
                true);
        TurnDialog dialog = strict.alice();
        assertThat(dialog.allocate()).isZero();
        assertThat(dialog.bind(0x5000, TurnBench.PEER)).isEqualTo(400);
        assertThat(dialog.bind(0x4FFF, TurnBench.PEER)).isZero();
        assertThat(alice.allocate()).isZero();
        assertThat(alice.bind(0x7FFF, TurnBench.PEER)).isZero();
        assertThat(alice.bind(0x8000, TurnBench.PEER)).isEqualTo(400);
    }

    /** RFC 8489, section 10: to a server of the client's own family, and only who has proved who it is. */
    @Test
    void clientsMayBeSentElsewhere() throws Exception {
        TransportAddress four = TurnBench.address("192.0.2.77:3478");
        TurnBench leaving = new TurnBench(TurnBench.users(), List.of(TurnBench.relay("192.0.2.2", new PortPool(50_000, 50_099, 0, 1))),
                true,
                false, List.of(TurnBench.address("[2001:db8::77]:3478"), four));
        TurnDialog dialog = leaving.alice();
        assertThat(dialog.send(dialog.request(TurnAttribute.METHOD_ALLOCATE, w -> {}))).isEqualTo(401);
        assertThat(dialog.allocate()).isEqualTo(300);
        assertThat(dialog.answer().bytes(StunAttribute.ALTERNATE_SERVER)).containsExactly(0, 1, 13, 150, 192, 0, 2, 77);
        assertThat(dialog.answer().hasIntegrity()).isTrue();
        assertThat(leaving.openSockets()).isEmpty();
    }

    /** Section 11.5. */
    @Test
    void icmpErrorsReachTheClientOfAPermittedPeer() throws Exception {
        assertThat(alice.allocate()).isZero();
        TransportAddress relayed = alice.relayed();
        assertThat(alice.permit(TurnBench.PEER)).isZero();
        assertThat(bench.icmp(relayed, TurnBench.PEER, 3, 3, 0).kind()).isEqualTo(Route.Kind.DROP); // nothing was ever sent there
        assertThat(bench.fromClient(TurnBench.ALICE, alice.indication(TurnBench.PEER, DATA)).kind()).isEqualTo(Route.Kind.TO_PEER);
        TurnBench.Out told = bench.icmp(relayed, TurnBench.PEER, 3, 4, 1400);
        assertThat(told.kind()).isEqualTo(Route.Kind.TO_CLIENT);
        alice.read(told.bytes());
        assertThat(alice.answer().method()).isEqualTo(TurnAttribute.METHOD_DATA);
        assertThat(alice.answer().xorAddress(TurnAttribute.XOR_PEER_ADDRESS)).isEqualTo(TurnBench.PEER);
        assertThat(alice.answer().longValue(TurnAttribute.ICMP)).isEqualTo((long) (3 << 9 | 4) << 32 | 1400);
        assertThat(bench.icmp(relayed, TurnBench.PEER, 3, 3, 0).kind()).isEqualTo(Route.Kind.DROP);
        assertThat(bench.counters.get(TurnReason.ICMP_TOO_MANY)).isEqualTo(1);
        assertThat(bench.icmp(relayed, TurnBench.PEER, 5, 0, 0).kind()).isEqualTo(Route.Kind.DROP);
        assertThat(bench.counters.get(TurnReason.ICMP_OTHER)).isEqualTo(1);
    }
}
