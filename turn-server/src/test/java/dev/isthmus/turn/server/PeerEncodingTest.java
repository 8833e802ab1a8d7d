package dev.isthmus.turn.server;

import static dev.isthmus.turn.server.TurnBench.address;
import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.support.TurnDialog;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No way of writing an address, and no entrance, leads to a peer that nobody is to reach: the packet does not go out. */
class PeerEncodingTest {
    private static final int CHANNEL = 0x4000;
    private static final TransportAddress ELSEWHERE = address("198.51.100.77:6000");
    private static final List<String> HIDDEN = List.of("10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "224.0.0.1", "0.0.0.0",
            "255.255.255.255");

    /** Each address in each form that can carry it (RFC 4291, 3056, 4380, 6052, 8215, 5214). */
    static Stream<TransportAddress> encodings() {
        return HIDDEN.stream().flatMap(PeerEncodingTest::forms)
                .map(text -> Objects.requireNonNull(TransportAddress.parse(text, 9000), text));
    }

    private static Stream<String> forms(String ipv4) {
        byte[] b = Objects.requireNonNull(TransportAddress.parse(ipv4, 0)).bytes();
        String high = Integer.toHexString((b[0] & 0xff) << 8 | b[1] & 0xff);
        String low = Integer.toHexString((b[2] & 0xff) << 8 | b[3] & 0xff);
        String inverted = Integer.toHexString(~(b[0] << 8 | b[1] & 0xff) & 0xffff) + ":"
                + Integer.toHexString(~((b[2] & 0xff) << 8 | b[3] & 0xff) & 0xffff);
        return Stream.of(ipv4, "::ffff:" + ipv4, "::" + ipv4, "::ffff:0:" + ipv4, "2002:" + high + ":" + low + "::1",
                "64:ff9b::" + high + ":" + low, "64:ff9b:1::" + high + ":" + low, "2001:0:808:808::" + inverted,
                "2001:0:" + high + ":" + low + "::f5ff:fffe", "2a00:1450::5efe:" + ipv4);
    }

    static Stream<TransportAddress> others() {
        return Stream.of("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "fec0::1")
                .map(text -> Objects.requireNonNull(TransportAddress.parse(text, 9000)));
    }

    private static TurnDialog allocated(TurnBench bench, boolean mobile) throws Exception {
        TurnDialog client = bench.alice();
        assertThat(client.ask(TurnAttribute.METHOD_ALLOCATE, w -> {
            w.int32(TurnAttribute.REQUESTED_TRANSPORT, 17L << 24).int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2L << 24);
            if (mobile) {
                w.flag(TurnAttribute.MOBILITY_TICKET);
            }
        })).isZero();
        return client;
    }

    private static void nothingGoesOut(TurnBench bench, TransportAddress from, TurnDialog client, TransportAddress peer) {
        assertThat(bench.fromClient(from, client.indication(peer, new byte[]{1})).kind()).as("Send").isEqualTo(Route.Kind.DROP);
        assertThat(bench.fromClient(from, TurnDialog.channelData(CHANNEL, new byte[]{1})).kind()).as("ChannelData")
                .isEqualTo(Route.Kind.DROP);
    }

    @ParameterizedTest
    @MethodSource({"encodings", "others"})
    void byEveryEntranceOfADualAllocation(TransportAddress peer) throws Exception {
        TurnBench bench = TurnBench.dual(true);
        TurnDialog client = allocated(bench, true);
        nothingGoesOut(bench, TurnBench.ALICE, client, peer);
        assertThat(client.permit(peer)).as("CreatePermission").isEqualTo(403);
        assertThat(client.permit(peer.ipv4() ? TurnBench.PEER : address("[2001:db8:9::1]:9000"), peer)).as("beside a good one")
                .isEqualTo(403);
        assertThat(client.bind(CHANNEL, peer)).as("ChannelBind").isEqualTo(403);
        nothingGoesOut(bench, TurnBench.ALICE, client, peer);
        // mobility: what was refused before the move is refused after it
        assertThat(client.refresh(600)).isZero();
        byte[] ticket = ticket(bench);
        TurnDialog moved = bench.dialog(ELSEWHERE, "alice", "secret");
        assertThat(moved.ask(TurnAttribute.METHOD_REFRESH, w -> w.bytes(TurnAttribute.MOBILITY_TICKET, ticket))).isZero();
        assertThat(moved.permit(peer)).isEqualTo(403);
        assertThat(moved.bind(CHANNEL, peer)).isEqualTo(403);
        nothingGoesOut(bench, ELSEWHERE, moved, peer);
    }

    private static byte[] ticket(TurnBench bench) {
        long ticket = bench.server.allocations().iterator().next().extras().ticket();
        return java.nio.ByteBuffer.allocate(8).putLong(ticket).array();
    }

    /** Connect (RFC 6062). */
    @ParameterizedTest
    @MethodSource({"encodings", "others"})
    void byConnect(TransportAddress peer) throws Exception {
        TurnBench bench = TurnBench.dual(peer.ipv4());
        TurnDialog client = bench.stream(TurnBench.ALICE, "alice");
        assertThat(client.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 6L << 24))).isZero();
        assertThat(client.ask(TurnAttribute.METHOD_CONNECT, w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer))).isEqualTo(403);
        assertThat(bench.commands).noneMatch(TurnCommand.Connect.class::isInstance);
        assertThat(client.permit(peer)).isEqualTo(403);
        assertThat(bench.accepted(client(bench), peer)).as("the peer connects").isNull();
    }

    private static TransportAddress client(TurnBench bench) {
        return bench.server.allocations().iterator().next().relayed();
    }

    /** That the test would notice: a good peer is reached by each of the ways. */
    @ParameterizedTest
    @MethodSource("good")
    void aGoodPeerIsReached(TransportAddress peer) throws Exception {
        TurnBench bench = TurnBench.dual(peer.ipv4());
        TurnDialog client = allocated(bench, false);
        assertThat(client.permit(peer)).isZero();
        assertThat(bench.fromClient(TurnBench.ALICE, client.indication(peer, new byte[]{1})).kind()).isEqualTo(Route.Kind.TO_PEER);
        assertThat(client.bind(CHANNEL, peer)).isZero();
        assertThat(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(CHANNEL, new byte[]{1})).kind()).isEqualTo(Route.Kind.TO_PEER);
        TurnDialog tcp = bench.stream(ELSEWHERE, "alice");
        assertThat(tcp.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 6L << 24))).isZero();
        assertThat(tcp.ask(TurnAttribute.METHOD_CONNECT, w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer))).isEqualTo(-1);
        assertThat(bench.commands).anyMatch(TurnCommand.Connect.class::isInstance);
    }

    static Stream<TransportAddress> good() {
        return Stream.of(TurnBench.PEER, address("[2001:db8:9::1]:9000"));
    }
}
