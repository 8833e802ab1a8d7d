package dev.isthmus.turn.server;

import static dev.isthmus.turn.server.TurnBench.address;
import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.PeerConnection;
import dev.isthmus.turn.support.TurnDialog;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections with peers over TCP, by the sections of RFC 6062. */
class TcpRelayTest {
    private static final TransportAddress DATA = address("198.51.100.1:5001");
    private final TurnBench bench = TurnBench.withUser();
    private final TurnDialog alice = bench.stream(TurnBench.ALICE, "alice");

    @BeforeEach
    void allocate() throws Exception {
        assertThat(alice.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 6L << 24))).isZero();
    }

    private PeerConnection asked() {
        return commands(TurnCommand.Connect.class).map(TurnCommand.Connect::connection).reduce((a, b) -> b).orElseThrow();
    }

    private <T extends TurnCommand> Stream<T> commands(Class<T> type) {
        return bench.commands.stream().filter(type::isInstance).map(type::cast);
    }

    private int connect(TurnDialog client) throws Exception {
        return client.ask(TurnAttribute.METHOD_CONNECT, w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, TurnBench.PEER));
    }

    private static int bind(TurnDialog client, long id) throws Exception {
        return client.ask(TurnAttribute.METHOD_CONNECTION_BIND, w -> w.int32(TurnAttribute.CONNECTION_ID, id & 0xffffffffL));
    }

    /** Section 5.1. */
    @Test
    void aTcpAllocationIsForStreamsOnly() throws Exception {
        TurnDialog udp = bench.dialog(DATA, "alice", "secret");
        assertThat(udp.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 6L << 24))).isEqualTo(400);
    }

    /** Section 5.1: attributes of datagrams. */
    @ParameterizedTest
    @ValueSource(ints = {TurnAttribute.EVEN_PORT, TurnAttribute.DONT_FRAGMENT, TurnAttribute.RESERVATION_TOKEN})
    void whatIsForDatagramsIsRefused(int attribute) throws Exception {
        int length = attribute == TurnAttribute.EVEN_PORT ? 1 : attribute == TurnAttribute.RESERVATION_TOKEN ? 8 : 0;
        assertThat(bench.stream(DATA, "alice").ask(TurnAttribute.METHOD_ALLOCATE,
                w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 6L << 24).bytes(attribute, new byte[length]))).isEqualTo(400);
    }

    /** Section 5.2: the answer waits for the peer, and says under which id the connection is. */
    @Test
    void connectIsAnsweredWhenThePeerIs() throws Exception {
        assertThat(connect(alice)).isEqualTo(-1);
        TurnBench.Out answer = bench.connected(asked(), true);
        alice.read(answer.bytes());
        assertThat(answer.to()).isEqualTo(TurnBench.ALICE);
        assertThat((int) alice.answer().unsignedInt(TurnAttribute.CONNECTION_ID, 0)).isEqualTo(asked().id());
        assertThat(alice.answer().hasIntegrity()).isTrue();
    }

    /** Section 5.2. */
    @Test
    void aPeerThatCannotBeReachedIs447() throws Exception {
        connect(alice);
        alice.read(bench.connected(asked(), false).bytes());
        assertThat(alice.answer().errorCode()).isEqualTo(447);
        assertThat(connect(alice)).as("it may be tried again").isEqualTo(-1);
    }

    /** Section 5.2. */
    @Test
    void oneConnectionPerPeer() throws Exception {
        connect(alice);
        assertThat(connect(alice)).isEqualTo(446);
        bench.connected(asked(), true);
        assertThat(connect(alice)).isEqualTo(446);
        assertThat(bench.counters.get(TurnReason.CONNECTION_EXISTS)).isEqualTo(2);
    }

    /** Section 5.2: a retransmission while the answer is out asks for nothing new. */
    @Test
    void aRepeatedConnectWaitsForTheSameAnswer() throws Exception {
        byte[] request = alice.request(TurnAttribute.METHOD_CONNECT, w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, TurnBench.PEER));
        assertThat(alice.send(request)).isEqualTo(-1);
        assertThat(alice.send(request)).isEqualTo(-1);
        assertThat(commands(TurnCommand.Connect.class)).hasSize(1);
    }

    @Test
    void aForbiddenPeerIs403() throws Exception {
        assertThat(alice.ask(TurnAttribute.METHOD_CONNECT,
                w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, address("203.0.113.66:80")))).isEqualTo(403);
        assertThat(commands(TurnCommand.Connect.class)).isEmpty();
    }

    /** Peers that connect take no place from what the client connects to. */
    @Test
    void incomingAndOutgoingAreCountedApart() throws Exception {
        TransportAddress relayed = alice.relayed();
        alice.permit(TurnBench.PEER);
        for (int i = 0; i < 20; i++) {
            bench.accepted(relayed, TurnBench.PEER.withPort(10_000 + i));
        }
        assertThat(bench.counters.get(TurnReason.TOO_MANY_PEER_CONNECTIONS)).isEqualTo(12);
        assertThat(connect(alice)).isEqualTo(-1);
    }

    /** Section 5.4. */
    @Test
    void aConnectionIsBoundOnce() throws Exception {
        connect(alice);
        bench.connected(asked(), true);
        TurnDialog data = bench.stream(DATA, "alice");
        assertThat(bind(data, asked().id())).isZero();
        assertThat(commands(TurnCommand.Bind.class)).hasSize(1);
        assertThat(bind(bench.stream(address("198.51.100.1:5002"), "alice"), asked().id())).isEqualTo(400);
    }

    /** Section 5.4: the connection is its user's. */
    @Test
    void nobodyElseBindsAConnection() throws Exception {
        connect(alice);
        bench.connected(asked(), true);
        assertThat(bind(bench.stream(DATA, "bob"), asked().id())).isEqualTo(441);
        assertThat(bind(bench.stream(DATA, "alice"), asked().id() + 1L)).isEqualTo(400);
        assertThat(bind(bench.dialog(DATA, "alice", "secret"), asked().id())).as("over UDP").isEqualTo(400);
        assertThat(asked().state()).isEqualTo(PeerConnection.State.PENDING);
    }

    /** Sections 5.2 and 5.3: thirty seconds. */
    @Test
    void aConnectionThatNobodyBindsIsClosed() throws Exception {
        connect(alice);
        bench.connected(asked(), true);
        bench.pass(TimeUnit.SECONDS.toNanos(29));
        assertThat(commands(TurnCommand.Disconnect.class)).isEmpty();
        bench.pass(TimeUnit.SECONDS.toNanos(2));
        assertThat(commands(TurnCommand.Disconnect.class)).hasSize(1);
        assertThat(bench.counters.get(TurnReason.CONNECTION_NOT_BOUND)).isEqualTo(1);
        assertThat(bind(bench.stream(DATA, "alice"), asked().id())).isEqualTo(400);
    }

    /** Section 5.3. */
    @Test
    void aPeerNeedsAPermissionToConnect() throws Exception {
        TransportAddress relayed = alice.relayed();
        assertThat(bench.accepted(relayed, TurnBench.PEER)).isNull();
        assertThat(bench.counters.get(TurnReason.NO_PERMISSION_FROM_PEER)).isEqualTo(1);
        assertThat(alice.permit(TurnBench.PEER)).isZero();
        PeerConnection came = Objects.requireNonNull(bench.accepted(relayed, TurnBench.PEER));
        alice.read(bench.announced(came).bytes());
        assertThat(alice.answer().method()).isEqualTo(TurnAttribute.METHOD_CONNECTION_ATTEMPT);
        assertThat(alice.answer().xorAddress(TurnAttribute.XOR_PEER_ADDRESS)).isEqualTo(TurnBench.PEER);
        assertThat(bind(bench.stream(DATA, "alice"), came.id())).isZero();
    }

    /** Section 5.5: what an allocation has ends with it. */
    @Test
    void theEndOfTheAllocationClosesItsConnections() throws Exception {
        connect(alice);
        bench.connected(asked(), true);
        bind(bench.stream(DATA, "alice"), asked().id());
        assertThat(alice.refresh(0)).isZero();
        assertThat(commands(TurnCommand.Disconnect.class)).hasSize(1);
        assertThat(bench.openSockets()).isEmpty();
    }

    /** A peer that answers after the allocation has ended is told to nobody. */
    @Test
    void anAnswerThatComesTooLateIsNone() throws Exception {
        connect(alice);
        PeerConnection late = asked();
        assertThat(alice.refresh(0)).isZero();
        assertThat(bench.connected(late, true).kind()).isEqualTo(Route.Kind.DROP);
    }

    @Test
    void whatIsForUdpIsNotForTcp() throws Exception {
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isEqualTo(400);
        assertThat(bench.fromClient(dev.isthmus.ice.net.AddressKey.Transport.TCP, TurnBench.ALICE,
                alice.indication(TurnBench.PEER, new byte[3])).kind()).isEqualTo(Route.Kind.DROP);
        assertThat(bench.counters.get(TurnReason.DATA_ON_TCP)).isEqualTo(1);
    }
}
