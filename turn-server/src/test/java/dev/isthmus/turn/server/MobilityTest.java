package dev.isthmus.turn.server;

import static dev.isthmus.turn.server.TurnBench.address;
import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.support.TurnDialog;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Clients that take their allocation to another address (RFC 8016). */
class MobilityTest {
    private static final TransportAddress ELSEWHERE = address("198.51.100.77:6000");
    private final TurnBench bench = TurnBench.withUser();
    private final TurnDialog alice = bench.alice();

    private static byte[] allocate(TurnDialog client) throws Exception {
        assertThat(client.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 17L << 24)
                .flag(TurnAttribute.MOBILITY_TICKET))).isZero();
        return ticket(client);
    }

    private static byte[] ticket(TurnDialog client) {
        return Objects.requireNonNull(client.answer().bytes(TurnAttribute.MOBILITY_TICKET));
    }

    private static int move(TurnDialog client, byte[] ticket) throws Exception {
        return client.ask(TurnAttribute.METHOD_REFRESH, w -> w.bytes(TurnAttribute.MOBILITY_TICKET, ticket));
    }

    @Test
    void theAllocationGoesWithItsClient() throws Exception {
        byte[] ticket = allocate(alice);
        TransportAddress relayed = alice.relayed();
        alice.bind(0x4000, TurnBench.PEER);
        TurnDialog moved = bench.dialog(ELSEWHERE, "alice", "secret");
        assertThat(move(moved, ticket)).isZero();
        assertThat(ticket(moved)).isNotEqualTo(ticket);
        assertThat(bench.fromPeer(relayed, TurnBench.PEER, new byte[]{1}).to()).isEqualTo(ELSEWHERE);
        assertThat(bench.fromClient(ELSEWHERE, TurnDialog.channelData(0x4000, new byte[]{2})).kind()).isEqualTo(Route.Kind.TO_PEER);
        assertThat(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4000, new byte[]{3})).kind()).isEqualTo(Route.Kind.DROP);
        assertThat(alice.refresh(600)).as("the old address has nothing any more").isEqualTo(437);
        assertThat(bench.counters.get(TurnReason.MOVED)).isEqualTo(1);
    }

    /** The answer may be lost: the client asks again from where it is, or from a third place with the ticket that it has. */
    @Test
    void aLostAnswerDoesNoHarm() throws Exception {
        byte[] ticket = allocate(alice);
        TurnDialog moved = bench.dialog(ELSEWHERE, "alice", "secret");
        assertThat(move(moved, ticket)).isZero();
        assertThat(move(moved, ticket)).isZero();
        assertThat(move(bench.dialog(address("198.51.100.78:6000"), "alice", "secret"), ticket)).isZero();
        assertThat(move(bench.dialog(address("198.51.100.79:6000"), "alice", "secret"), ticket)).as("now it is too old").isEqualTo(400);
    }

    @Test
    void onlyTheSameUserMoves() throws Exception {
        byte[] ticket = allocate(alice);
        assertThat(move(bench.dialog(ELSEWHERE, "bob", "secret"), ticket)).isEqualTo(441);
        assertThat(alice.refresh(600)).isZero();
    }

    @Test
    void wrongTicketsAreRefused() throws Exception {
        byte[] ticket = allocate(alice);
        ticket[0] ^= 1;
        assertThat(move(bench.dialog(ELSEWHERE, "alice", "secret"), ticket)).isEqualTo(400);
        assertThat(move(bench.dialog(ELSEWHERE, "alice", "secret"), new byte[0])).isEqualTo(400);
        assertThat(bench.counters.get(TurnReason.BAD_TICKET)).isEqualTo(2);
        assertThat(bench.dialog(ELSEWHERE, "alice", "secret").ask(TurnAttribute.METHOD_ALLOCATE,
                w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 17L << 24).bytes(TurnAttribute.MOBILITY_TICKET, new byte[8])))
                .isEqualTo(400);
    }

    @Test
    void anAllocationThatHasEndedIsNotMoved() throws Exception {
        byte[] ticket = allocate(alice);
        assertThat(alice.refresh(0)).isZero();
        assertThat(move(bench.dialog(ELSEWHERE, "alice", "secret"), ticket)).isEqualTo(400);
        assertThat(bench.openSockets()).isEmpty();
    }

    @Test
    void aClientWithAnAllocationOfItsOwnTakesNoOther() throws Exception {
        byte[] ticket = allocate(alice);
        TurnDialog other = bench.dialog(ELSEWHERE, "alice", "secret");
        assertThat(other.allocate()).isZero();
        assertThat(move(other, ticket)).isEqualTo(400);
        assertThat(alice.refresh(600)).isZero();
    }

    /** Without mobility an allocation ends with its connection. */
    @Test
    void aMobileAllocationOutlivesItsConnection() throws Exception {
        TurnDialog tcp = bench.stream(TurnBench.ALICE, "alice");
        byte[] ticket = allocate(tcp);
        AddressKey key = AddressKey.of(TurnBench.LISTENER, TurnBench.ALICE).transport(AddressKey.Transport.TCP);
        bench.server.onDisconnected(key);
        assertThat(bench.fromClient(AddressKey.Transport.TCP, TurnBench.ALICE, tcp.indication(TurnBench.PEER, new byte[1])).kind())
                .as("who connects from that address next").isEqualTo(Route.Kind.DROP);
        assertThat(bench.stream(TurnBench.ALICE, "bob").allocate()).isZero();
        assertThat(move(bench.dialog(ELSEWHERE, "alice", "secret"), ticket)).isZero();
        assertThat(bench.dialog(ELSEWHERE, "alice", "secret").refresh(0)).isZero();
    }

    @Test
    void theQuotaIsKept() throws Exception {
        TurnBench two = TurnBench.limited(AllocationLimits.DEFAULT, 1, new AllocationQuota.Limits(1, 10), Bandwidth.Limits.NONE);
        byte[] ticket = allocate(two.alice());
        TurnDialog moved = two.dialog(ELSEWHERE, "alice", "secret");
        assertThat(move(moved, ticket)).isZero();
        assertThat(two.alice().allocate()).as("the user still has one").isEqualTo(486);
        assertThat(two.dialog(ELSEWHERE.withPort(7000), "bob", "secret").allocate()).as("the new address has one").isEqualTo(486);
        assertThat(two.dialog(TurnBench.ALICE, "bob", "secret").allocate()).as("the old one has none").isZero();
        assertThat(moved.refresh(0)).isZero();
        assertThat(two.dialog(ELSEWHERE.withPort(7000), "alice", "secret").allocate()).isZero();
    }

    @Test
    void bothHalvesOfADualAllocationMove() throws Exception {
        TurnBench dual = TurnBench.dual(true);
        TurnDialog client = dual.alice();
        assertThat(client.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 17L << 24)
                .int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2L << 24).flag(TurnAttribute.MOBILITY_TICKET))).isZero();
        byte[] ticket = ticket(client);
        TransportAddress peer6 = address("[2001:db8:9::1]:9000");
        assertThat(client.permit(TurnBench.PEER, peer6)).isZero();
        TurnDialog moved = dual.dialog(ELSEWHERE, "alice", "secret");
        assertThat(move(moved, ticket)).isZero();
        for (TransportAddress peer : new TransportAddress[]{TurnBench.PEER, peer6}) {
            assertThat(dual.fromClient(ELSEWHERE, moved.indication(peer, new byte[]{1})).kind()).isEqualTo(Route.Kind.TO_PEER);
        }
        assertThat(moved.ask(TurnAttribute.METHOD_REFRESH,
                w -> w.int32(TurnAttribute.LIFETIME, 0).int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 1L << 24))).isZero();
        assertThat(move(dual.dialog(address("198.51.100.80:1"), "alice", "secret"), ticket(moved, ticket))).as("the other half keeps it")
                .isZero();
    }

    private static byte[] ticket(TurnDialog client, byte[] otherwise) {
        byte[] found = client.answer().bytes(TurnAttribute.MOBILITY_TICKET);
        return found == null ? otherwise : found;
    }
}
