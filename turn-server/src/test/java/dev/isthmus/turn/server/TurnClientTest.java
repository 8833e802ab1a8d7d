package dev.isthmus.turn.server;

import static dev.isthmus.turn.server.TurnBench.address;
import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.turn.client.TurnClient;
import dev.isthmus.ice.turn.client.TurnClient.Family;
import dev.isthmus.ice.turn.client.TurnClientEvent;
import dev.isthmus.ice.turn.client.TurnClientReason;
import dev.isthmus.ice.turn.client.TurnPeer;
import dev.isthmus.turn.allocation.PortPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our TURN client against our TURN server in virtual time, over ways that lose, change and forge. */
class TurnClientTest {
    private static final byte[] DATA = "as it was sent".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private final TurnBench bench = TurnBench.dual(true);
    private final List<TurnClientEvent> events = new ArrayList<>();
    private final Counters<TurnClientReason> counters = new Counters<>(TurnClientReason.class);
    /** Which requests get through, by their number. */
    private IntPredicate passes = n -> true;
    private int sent;
    private TransportAddress own = TurnBench.ALICE;
    private AddressKey.Transport transport = AddressKey.Transport.UDP;

    private TurnClient client(Family family, String password, boolean mobile) {
        boolean reliable = transport != AddressKey.Transport.UDP;
        TurnClient client = new TurnClient(new TurnClient.Setup(TurnBench.LISTENER, reliable, "alice", password, family, mobile),
                new SeededRandom(7), counters);
        client.start(bench.now);
        assertThat(client.pollEvent()).isEqualTo(new TurnClientEvent.Connect(TurnBench.LISTENER, null));
        client.onConnected(bench.now);
        pump(client);
        return client;
    }

    private void pump(TurnClient client) {
        for (byte[] bytes = client.pollTransmit(); bytes != null; bytes = client.pollTransmit()) {
            if (passes.test(sent++)) {
                answer(client, bench.fromClient(transport, own, bytes));
            }
        }
        for (TurnClientEvent event = client.pollEvent(); event != null; event = client.pollEvent()) {
            events.add(event);
        }
    }

    private TurnClient.Inbound answer(TurnClient client, TurnBench.Out out) {
        return out.kind() == Route.Kind.TO_CLIENT
                ? client.onPacket(ByteBuffer.wrap(out.bytes()), 0, out.bytes().length, bench.now)
                : TurnClient.Inbound.DROPPED;
    }

    /** Lets time go by for both. */
    private void pass(TurnClient client, long seconds) {
        long end = bench.now + TimeUnit.SECONDS.toNanos(seconds);
        while (client.nextDeadline() <= end) {
            bench.pass(Math.max(0, client.nextDeadline() - bench.now));
            client.onTimeout(bench.now);
            pump(client);
        }
        bench.pass(end - bench.now);
    }

    private <T extends TurnClientEvent> @Nullable T event(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).reduce((a, b) -> b).orElse(null);
    }

    private TransportAddress relayed(int index) {
        return Objects.requireNonNull(event(TurnClientEvent.Allocated.class)).relayed().get(index);
    }

    private TurnBench.Out send(TurnClient client, TurnPeer peer) {
        ByteBuffer buffer = ByteBuffer.allocate(200);
        buffer.put(60, DATA);
        assertThat(client.data().frame(peer, buffer, 60, DATA.length)).isTrue();
        return bench.fromClient(transport, own,
                Arrays.copyOfRange(buffer.array(), client.data().offset(), client.data().offset() + client.data().length()));
    }

    private byte[] receive(TurnClient client, TransportAddress relayed, TransportAddress from) {
        TurnBench.Out out = bench.fromPeer(relayed, from, DATA);
        assertThat(answer(client, out)).isEqualTo(TurnClient.Inbound.DATA);
        assertThat(client.data().source()).isEqualTo(from);
        return Arrays.copyOfRange(out.bytes(), client.data().offset(), client.data().offset() + client.data().length());
    }

    /** Section 7: challenged, with SHA-256 as the server prefers it, anonymous as its nonce says; then data both ways, first in indications. */
    @Test
    void allocatesAndRelays() {
        TurnClient client = client(Family.ANY, "secret", false);
        TurnClientEvent.Allocated allocated = Objects.requireNonNull(event(TurnClientEvent.Allocated.class));
        assertThat(allocated.mapped()).isEqualTo(TurnBench.ALICE);
        assertThat(counters.get(TurnClientReason.CHALLENGED)).isEqualTo(1);
        TurnPeer peer = Objects.requireNonNull(client.permit(TurnBench.PEER, bench.now));
        pump(client);
        TurnBench.Out out = send(client, peer);
        assertThat(out.to()).isEqualTo(TurnBench.PEER);
        assertThat(out.bytes()).isEqualTo(DATA);
        assertThat(receive(client, relayed(0), TurnBench.PEER)).isEqualTo(DATA);
        client.bind(peer, bench.now);
        pump(client);
        assertThat(peer.bound()).isTrue();
        assertThat(send(client, peer).bytes()).isEqualTo(DATA);
        assertThat(client.data().length()).as("four bytes more").isEqualTo(DATA.length + 4);
        assertThat(receive(client, relayed(0), TurnBench.PEER)).isEqualTo(DATA);
    }

    /** Over a connection ChannelData is padded and nothing is sent twice. */
    @Test
    void overAConnection() {
        transport = AddressKey.Transport.TCP;
        TurnClient client = client(Family.ANY, "secret", false);
        TurnPeer peer = Objects.requireNonNull(client.permit(TurnBench.PEER, bench.now));
        client.bind(peer, bench.now);
        pump(client);
        assertThat(send(client, peer).bytes()).isEqualTo(DATA);
        assertThat(client.data().length() % 4).isZero();
        passes = n -> false;
        pass(client, 700);
        assertThat(event(TurnClientEvent.Failed.class)).isEqualTo(new TurnClientEvent.Failed(701, "the server does not answer"));
        assertThat(counters.get(TurnClientReason.TIMED_OUT)).isPositive();
    }

    /** RFC 8489, section 6.2.1, with Rc = 5 and Rm = 4: five times, then silence for four RTOs. */
    @Test
    void aServerThatIsNotThereFailsAfterFiveRequests() {
        passes = n -> false;
        TurnClient client = client(Family.ANY, "secret", false);
        pass(client, 9);
        assertThat(sent).isEqualTo(5);
        assertThat(events).isEmpty();
        pass(client, 1);
        assertThat(events).containsExactly(new TurnClientEvent.Failed(701, "the server does not answer"));
        assertThat(client.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void lostRequestsAreRepeated() {
        passes = n -> n % 3 == 2;
        TurnClient client = client(Family.ANY, "secret", false);
        pass(client, 30);
        assertThat(relayed(0)).isNotNull();
    }

    @Test
    void wrongCredentialsFailWithTheServersCode() {
        client(Family.ANY, "wrong", false);
        assertThat(Objects.requireNonNull(event(TurnClientEvent.Failed.class)).code()).isEqualTo(401);
        assertThat(sent).as("the same credentials are not tried again").isEqualTo(2);
    }

    /** Allocation, permission, channel and a nonce of one hour: all are renewed in time, for hours. */
    @Test
    void everythingIsRenewed() {
        TurnClient client = client(Family.ANY, "secret", false);
        TurnPeer peer = Objects.requireNonNull(client.permit(TurnBench.PEER, bench.now));
        TurnPeer other = Objects.requireNonNull(client.permit(address("203.0.113.10:1"), bench.now));
        client.bind(peer, bench.now);
        pump(client);
        for (int i = 0; i < 180; i++) {
            pass(client, 60);
            assertThat(send(client, peer).bytes()).isEqualTo(DATA);
            assertThat(send(client, other).bytes()).isEqualTo(DATA);
        }
        assertThat(event(TurnClientEvent.Failed.class)).isNull();
        assertThat(counters.get(TurnClientReason.CHALLENGED)).as("a new nonce each hour").isBetween(3L, 4L);
    }

    /** Where a peer that moves is heard at last: its permission is renewed though nobody sends there. */
    @Test
    void aPermissionThatIsNotUsed() {
        TurnClient client = client(Family.ANY, "secret", false);
        TurnPeer silent = Objects.requireNonNull(client.permit(TurnBench.PEER, bench.now));
        pass(client, 3600);
        assertThat(client.peer(TurnBench.PEER)).isSameAs(silent);
        assertThat(receive(client, relayed(0), TurnBench.PEER)).isEqualTo(DATA);
    }

    /** A session that roams for hours is not refused its next peer, whether they got channels or not, or were refused. */
    @ParameterizedTest
    @ValueSource(strings = {"permitted", "bound", "refused"})
    void thoseNobodySendsToMakeRoom(String how) {
        TurnClient client = client(Family.ANY, "secret", false);
        TurnPeer kept = Objects.requireNonNull(client.permit(TurnBench.PEER, bench.now));
        pump(client);
        TransportAddress first = TurnBench.PEER.withPort(20_000);
        for (int i = 0; i < 300; i++) {
            TransportAddress next = how.equals("refused") ? address("10.0.0.1:" + (20_000 + i)) : TurnBench.PEER.withPort(20_000 + i);
            TurnPeer peer = Objects.requireNonNull(client.permit(next, bench.now));
            if (how.equals("bound")) {
                client.bind(peer, bench.now);
            }
            pump(client);
            pass(client, 10);
            send(client, kept);
        }
        assertThat(counters.get(TurnClientReason.TOO_MANY_PEERS)).isZero();
        assertThat(client.peer(TurnBench.PEER)).isSameAs(kept);
        assertThat(client.peer(first)).isNull();
        assertThat(send(client, kept).bytes()).isEqualTo(DATA);
    }

    /** RFC 8656, section 7: one of each family. */
    @Test
    void aDualAllocation() {
        TurnClient client = client(Family.BOTH, "secret", false);
        assertThat(relayed(0).ipv4()).isTrue();
        assertThat(relayed(1).ipv4()).isFalse();
        TransportAddress six = address("[2001:db8:9::1]:5");
        TurnPeer peer = Objects.requireNonNull(client.permit(six, bench.now));
        pump(client);
        assertThat(send(client, peer).to()).isEqualTo(six);
        assertThat(receive(client, relayed(1), six)).isEqualTo(DATA);
        client.bind(peer, bench.now);
        pump(client);
        assertThat(receive(client, relayed(1), six)).isEqualTo(DATA);
        client(Family.IPV6, "secret", false);
    }

    @Test
    void anIpv6Address() {
        client(Family.IPV6, "secret", false);
        assertThat(relayed(0).ipv4()).isFalse();
    }

    /** RFC 8016: from another address with the same relayed one. */
    @Test
    void aMobileClientMoves() {
        TurnClient client = client(Family.ANY, "secret", true);
        TurnPeer peer = Objects.requireNonNull(client.permit(TurnBench.PEER, bench.now));
        client.bind(peer, bench.now);
        pump(client);
        own = address("198.51.100.99:9");
        client.onMoved(bench.now);
        pump(client);
        assertThat(bench.counters.get(TurnReason.MOVED)).isEqualTo(1);
        assertThat(send(client, peer).bytes()).isEqualTo(DATA);
        assertThat(bench.fromPeer(relayed(0), TurnBench.PEER, DATA).to()).isEqualTo(own);
        own = address("198.51.100.98:9");
        client.onMoved(bench.now);
        pump(client);
        assertThat(bench.counters.get(TurnReason.MOVED)).as("with the new ticket").isEqualTo(2);
    }

    @Test
    void aForbiddenPeerIsToldAndOthersAreNot() {
        TurnClient client = client(Family.ANY, "secret", false);
        TransportAddress forbidden = address("203.0.113.66:1");
        TurnPeer peer = Objects.requireNonNull(client.permit(forbidden, bench.now));
        client.permit(TurnBench.PEER, bench.now);
        pump(client);
        assertThat(event(TurnClientEvent.PeerRefused.class)).isEqualTo(new TurnClientEvent.PeerRefused(forbidden, 403, "Forbidden"));
        assertThat(peer.refused()).isTrue();
        assertThat(client.data().frame(peer, ByteBuffer.allocate(200), 60, 1)).isFalse();
        assertThat(counters.get(TurnClientReason.NO_WAY)).isEqualTo(1);
    }

    /** RFC 8489, section 10: another server, with the credentials for it; never in a circle. */
    @Test
    void redirectionsAreFollowedOnce() {
        TransportAddress second = address("192.0.2.77:3478");
        TurnBench sender = new TurnBench(TurnBench.users(), List.of(TurnBench.relay("192.0.2.2", new PortPool(50_000, 50_099, 0, 1))), true,
                false, List.of(second));
        TurnClient client = new TurnClient(
                new TurnClient.Setup(TurnBench.LISTENER, false, "alice", "secret", Family.ANY, false), new SeededRandom(7), counters);
        client.start(bench.now);
        client.pollEvent();
        client.onConnected(bench.now);
        exchange(client, sender);
        assertThat(client.pollEvent()).isEqualTo(new TurnClientEvent.Connect(second, null));
        assertThat(client.server()).isEqualTo(second);
        client.onConnected(bench.now);
        exchange(client, sender); // which sends it to itself
        assertThat(client.pollEvent()).isEqualTo(new TurnClientEvent.Failed(300, "redirected in a circle"));
        assertThat(counters.get(TurnClientReason.REDIRECTED)).isEqualTo(1);
    }

    private void exchange(TurnClient client, TurnBench with) {
        for (byte[] bytes = client.pollTransmit(); bytes != null; bytes = client.pollTransmit()) {
            answer(client, with.fromClient(own, bytes));
        }
    }

    @Test
    void theAllocationIsGivenBack() {
        TurnClient client = client(Family.BOTH, "secret", false);
        client.release(bench.now);
        pump(client);
        assertThat(events.getLast()).isEqualTo(new TurnClientEvent.Released());
        assertThat(bench.openSockets()).isEmpty();
    }

    /** The network's own news reaches the client as the peer's (RFC 8656, section 11.6). */
    @Test
    void anUnreachablePeerIsTold() {
        TurnClient client = client(Family.ANY, "secret", false);
        TurnPeer peer = Objects.requireNonNull(client.permit(TurnBench.PEER, bench.now));
        pump(client);
        send(client, peer);
        assertThat(answer(client, bench.icmp(relayed(0), TurnBench.PEER, 3, 1, 0))).isEqualTo(TurnClient.Inbound.CONTROL);
        pump(client);
        assertThat(event(TurnClientEvent.PeerUnreachable.class)).isEqualTo(new TurnClientEvent.PeerUnreachable(TurnBench.PEER, 3, 1));
    }

    /** What somebody on the way changed is not believed; over UDP the next answer may still be right. */
    @Test
    void aForgedAnswerIsIgnored() {
        TurnClient client = new TurnClient(
                new TurnClient.Setup(TurnBench.LISTENER, false, "alice", "secret", Family.ANY, false), new SeededRandom(7), counters);
        client.start(bench.now);
        client.onConnected(bench.now);
        answer(client, bench.fromClient(own, Objects.requireNonNull(client.pollTransmit())));
        byte[] request = Objects.requireNonNull(client.pollTransmit());
        byte[] answer = bench.fromClient(own, request).bytes();
        byte[] forged = answer.clone();
        forged[forged.length - 15] ^= 1;
        ByteBuffer without = ByteBuffer.wrap(Arrays.copyOf(forged, forged.length - 8)); // nobody's fingerprint
        without.putShort(2, (short) (without.capacity() - 20));
        assertThat(client.onPacket(without, 0, without.capacity(), bench.now)).isEqualTo(TurnClient.Inbound.DROPPED);
        assertThat(counters.get(TurnClientReason.WRONG_INTEGRITY)).isEqualTo(1);
        client.onPacket(ByteBuffer.wrap(answer), 0, answer.length, bench.now);
        client.pollEvent();
        assertThat(client.pollEvent()).isInstanceOf(TurnClientEvent.Allocated.class);
    }
}
