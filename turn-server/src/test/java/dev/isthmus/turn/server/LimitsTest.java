package dev.isthmus.turn.server;

import static dev.isthmus.turn.server.TurnBench.address;
import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.PeerConnection;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.support.TurnDialog;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Each limit, one over it, and the counter that says so. */
class LimitsTest {
    private static final AllocationLimits SMALL = new AllocationLimits(2, 1, 2, 1);
    private final TurnBench bench = TurnBench.limited(SMALL, 2, new AllocationQuota.Limits(3, 4), Bandwidth.Limits.NONE);

    private TurnDialog client(String host, int port, String user) {
        return bench.dialog(address(host + ":" + port), user, "secret");
    }

    @Test
    void allocationsOfAUser() throws Exception {
        assertThat(client("198.51.100.1", 1, "alice").allocate()).isZero();
        TurnDialog second = client("198.51.100.2", 2, "alice");
        assertThat(second.allocate()).isZero();
        assertThat(client("198.51.100.3", 3, "alice").allocate()).isEqualTo(486);
        assertThat(bench.counters.get(TurnReason.QUOTA_REACHED)).isEqualTo(1);
        assertThat(second.refresh(0)).isZero();
        assertThat(client("198.51.100.3", 3, "alice").allocate()).isZero();
    }

    @Test
    void allocationsOfAnAddress() throws Exception {
        assertThat(client("198.51.100.1", 1, "alice").allocate()).isZero();
        assertThat(client("198.51.100.1", 2, "alice").allocate()).isZero();
        assertThat(client("198.51.100.1", 3, "bob").allocate()).isZero();
        assertThat(client("198.51.100.1", 4, "bob").allocate()).isEqualTo(486);
        assertThat(bench.counters.get(TurnReason.ADDRESS_QUOTA_REACHED)).isEqualTo(1);
        assertThat(client("198.51.100.2", 4, "bob").allocate()).as("another address").isZero();
    }

    @Test
    void allocationsInAll() throws Exception {
        allocationsOfAnAddress();
        assertThat(client("198.51.100.9", 4, "carol").allocate()).isEqualTo(401);
        TurnBench one = TurnBench.limited(SMALL, 2, new AllocationQuota.Limits(3, 1), Bandwidth.Limits.NONE);
        assertThat(one.alice().allocate()).isZero();
        assertThat(one.dialog(address("198.51.100.9:9"), "bob", "secret").allocate()).isEqualTo(508);
        assertThat(one.counters.get(TurnReason.SERVER_FULL)).isEqualTo(1);
    }

    @Test
    void permissions() throws Exception {
        TurnDialog alice = bench.alice();
        alice.allocate();
        assertThat(alice.permit(address("203.0.113.1:1"), address("203.0.113.2:1"))).isZero();
        assertThat(alice.permit(address("203.0.113.3:1"))).isEqualTo(508);
        assertThat(bench.counters.get(TurnReason.TOO_MANY_PERMISSIONS)).isEqualTo(1);
        assertThat(alice.permit(address("203.0.113.2:2"))).as("one that is there").isZero();
    }

    @Test
    void channels() throws Exception {
        TurnDialog alice = bench.alice();
        alice.allocate();
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isZero();
        assertThat(alice.bind(0x4001, address("203.0.113.9:9001"))).isEqualTo(508);
        assertThat(bench.counters.get(TurnReason.TOO_MANY_CHANNELS)).isEqualTo(1);
    }

    @Test
    void pendingConnections() throws Exception {
        TurnDialog alice = bench.stream(TurnBench.ALICE, "alice");
        assertThat(alice.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 6L << 24))).isZero();
        assertThat(connect(alice, TurnBench.PEER)).as("not answered yet").isEqualTo(-1);
        assertThat(connect(alice, address("203.0.113.9:9001"))).isEqualTo(508);
        assertThat(bench.counters.get(TurnReason.TOO_MANY_PEER_CONNECTIONS)).isEqualTo(1);
    }

    /** Those that are joined to a client's count too. */
    @Test
    void peerConnections() throws Exception {
        TurnDialog alice = bench.stream(TurnBench.ALICE, "alice");
        assertThat(alice.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 6L << 24))).isZero();
        for (int i = 1; i <= 2; i++) {
            connect(alice, address("203.0.113.9:" + i));
            PeerConnection asked = bench.commands.stream().filter(TurnCommand.Connect.class::isInstance)
                    .map(TurnCommand.Connect.class::cast)
                    .reduce((a, b) -> b).orElseThrow().connection();
            bench.connected(asked, true);
            assertThat(bench.stream(address("198.51.100.1:600" + i), "alice").ask(TurnAttribute.METHOD_CONNECTION_BIND,
                    w -> w.int32(TurnAttribute.CONNECTION_ID, asked.id() & 0xffffffffL))).isZero();
        }
        assertThat(connect(alice, address("203.0.113.9:3"))).isEqualTo(508);
        assertThat(bench.counters.get(TurnReason.TOO_MANY_PEER_CONNECTIONS)).isEqualTo(1);
    }

    private static int connect(TurnDialog client, TransportAddress peer) throws Exception {
        return client.ask(TurnAttribute.METHOD_CONNECT, w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer));
    }

    /** A burst passes, then what the rate gives, in both directions. */
    @Test
    void bandwidth() throws Exception {
        TurnBench narrow = TurnBench.limited(AllocationLimits.DEFAULT, 9, AllocationQuota.Limits.DEFAULT,
                new Bandwidth.Limits(100_000, 0, 0));
        TurnDialog alice = narrow.alice();
        alice.allocate();
        TransportAddress relayed = alice.relayed();
        alice.bind(0x4000, TurnBench.PEER);
        byte[] message = TurnDialog.channelData(0x4000, new byte[1000]);
        int burst = 0;
        while (narrow.fromClient(TurnBench.ALICE, message).kind() == Route.Kind.TO_PEER) {
            burst++;
        }
        assertThat(burst).isEqualTo(65);
        assertThat(narrow.counters.get(TurnReason.BANDWIDTH_TO_PEER)).isEqualTo(1);
        int passed = 0;
        for (int i = 0; i < 2000; i++) {
            narrow.now += TimeUnit.MILLISECONDS.toNanos(1);
            passed += narrow.fromClient(TurnBench.ALICE, message).kind() == Route.Kind.TO_PEER ? 1 : 0;
        }
        assertThat(passed).as("100 kB a second for two seconds").isBetween(199, 201);
        assertThat(narrow.fromPeer(relayed, TurnBench.PEER, new byte[1000]).kind()).as("the other direction")
                .isEqualTo(Route.Kind.TO_CLIENT);
        for (int i = 0; i < 100; i++) {
            narrow.fromPeer(relayed, TurnBench.PEER, new byte[1000]);
        }
        assertThat(narrow.counters.get(TurnReason.BANDWIDTH_TO_CLIENT)).isPositive();
    }

    /** Who leaves and comes back has no fresh burst. */
    @Test
    void bandwidthIsRemembered() throws Exception {
        TurnBench narrow = TurnBench.limited(AllocationLimits.DEFAULT, 9, AllocationQuota.Limits.DEFAULT,
                new Bandwidth.Limits(100_000, 0, 0));
        byte[] message = TurnDialog.channelData(0x4000, new byte[1000]);
        int passed = 0;
        for (int i = 0; i < 5; i++) {
            TurnDialog alice = narrow.alice();
            alice.allocate();
            alice.bind(0x4000, TurnBench.PEER);
            for (int j = 0; j < 100; j++) {
                passed += narrow.fromClient(TurnBench.ALICE, message).kind() == Route.Kind.TO_PEER ? 1 : 0;
            }
            alice.refresh(0);
        }
        assertThat(passed).isEqualTo(65);
    }

    /** The clients of an address share what it has, whoever they are; and all share what there is. */
    @Test
    void bandwidthOfAnAddressAndOfAll() throws Exception {
        TransportAddress neighbour = address("198.51.100.1:5001");
        for (Bandwidth.Limits limits : List.of(new Bandwidth.Limits(0, 100_000, 0), new Bandwidth.Limits(0, 0, 100_000))) {
            TurnBench narrow = TurnBench.limited(AllocationLimits.DEFAULT, 9, AllocationQuota.Limits.DEFAULT, limits);
            byte[] message = TurnDialog.channelData(0x4000, new byte[1000]);
            TurnDialog alice = narrow.alice();
            alice.allocate();
            alice.bind(0x4000, TurnBench.PEER);
            TurnDialog bob = narrow.dialog(neighbour, "bob", "secret");
            bob.allocate();
            bob.bind(0x4000, TurnBench.PEER);
            for (int i = 0; i < 65; i++) {
                assertThat(narrow.fromClient(TurnBench.ALICE, message).kind()).isEqualTo(Route.Kind.TO_PEER);
            }
            assertThat(narrow.fromClient(neighbour, message).kind()).isEqualTo(Route.Kind.DROP);
            assertThat(narrow.counters.get(TurnReason.BANDWIDTH_TO_PEER)).isEqualTo(1);
            TransportAddress elsewhere = address("198.51.100.2:1");
            TurnDialog far = narrow.dialog(elsewhere, "bob", "secret");
            far.allocate();
            far.bind(0x4000, TurnBench.PEER);
            assertThat(narrow.fromClient(elsewhere, message).kind()).as("another address")
                    .isEqualTo(limits.all() > 0 ? Route.Kind.DROP : Route.Kind.TO_PEER);
        }
    }

    /** A client on a connection, which takes on credit, leaves room for those whose datagrams have to fit. */
    @Test
    void creditLeavesRoomForOthers() throws Exception {
        TurnBench narrow = TurnBench.limited(AllocationLimits.DEFAULT, 9, AllocationQuota.Limits.DEFAULT,
                new Bandwidth.Limits(0, 0, 1_000_000));
        TransportAddress greedy = address("198.51.100.2:1");
        TurnDialog stream = narrow.stream(greedy, "bob");
        stream.allocate();
        stream.bind(0x4000, TurnBench.PEER);
        TurnDialog alice = narrow.alice();
        alice.allocate();
        alice.bind(0x4000, TurnBench.PEER);
        byte[] message = TurnDialog.channelData(0x4000, new byte[1000]);
        long readAgain = narrow.now;
        int passed = 0;
        int byStream = 0;
        for (int i = 0; i < 4000; i++) { // ten seconds, in which the datagrams want four tenths
            narrow.now += TimeUnit.MICROSECONDS.toNanos(2500);
            for (int j = 0; j < 64 && narrow.now >= readAgain; j++) {
                byStream += narrow.fromClient(AddressKey.Transport.TCP, greedy, message).kind() == Route.Kind.TO_PEER ? 1 : 0;
                readAgain = narrow.pause > 0 ? narrow.now + narrow.pause : readAgain;
            }
            passed += narrow.fromClient(TurnBench.ALICE, message).kind() == Route.Kind.TO_PEER ? 1 : 0;
        }
        assertThat(passed).as("of 4000 datagrams").isGreaterThan(2000);
        assertThat(byStream).isGreaterThan(4000);
        assertThat(passed + byStream).as("10 MB, and a burst").isBetween(9_000, 10_400);
    }

    /** A user's allocations share its bandwidth, and what nobody holds is forgotten. */
    @Test
    void bandwidthIsShared() throws Exception {
        TurnBench narrow = TurnBench.limited(AllocationLimits.DEFAULT, 9, AllocationQuota.Limits.DEFAULT,
                new Bandwidth.Limits(100_000, 0, 0));
        TurnDialog alice = narrow.alice();
        alice.allocate();
        alice.bind(0x4000, TurnBench.PEER);
        TransportAddress elsewhere = address("198.51.100.2:1");
        TurnDialog again = narrow.dialog(elsewhere, "alice", "secret");
        again.allocate();
        again.bind(0x4000, TurnBench.PEER);
        byte[] message = TurnDialog.channelData(0x4000, new byte[1000]);
        for (int i = 0; i < 65; i++) {
            narrow.fromClient(TurnBench.ALICE, message);
        }
        assertThat(narrow.fromClient(elsewhere, message).kind()).isEqualTo(Route.Kind.DROP);
        TurnDialog bob = narrow.dialog(address("198.51.100.3:1"), "bob", "secret");
        bob.allocate();
        bob.bind(0x4000, TurnBench.PEER);
        assertThat(narrow.fromClient(address("198.51.100.3:1"), message).kind()).as("another user").isEqualTo(Route.Kind.TO_PEER);
    }
}
