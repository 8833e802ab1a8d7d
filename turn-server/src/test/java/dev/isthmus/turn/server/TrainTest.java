package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.support.TurnDialog;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trains: datagrams that the kernel hands over together are each looked at by themselves. */
class TrainTest {
    private static final byte[] DATA = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final TransportAddress OTHER = TurnBench.PEER.withPort(9002);
    private final TurnBench bench = TurnBench.withUser();
    private final TurnDialog alice = bench.alice();

    @BeforeEach
    void allocate() throws Exception {
        assertThat(alice.allocate()).isZero();
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isZero();
        assertThat(alice.bind(0x4001, OTHER)).isZero();
    }

    private static byte[] data(int channel) {
        return TurnDialog.channelData(channel, DATA);
    }

    /** The same bytes with another claim of their length. */
    private static byte[] claiming(int length) {
        byte[] message = data(0x4000);
        message[2] = (byte) (length >>> 8);
        message[3] = (byte) length;
        return message;
    }

    private static List<TransportAddress> relayed(List<TurnBench.Out> out) {
        return out.stream().filter(o -> o.kind() == Route.Kind.TO_PEER).map(TurnBench.Out::to).toList();
    }

    @Test
    void aTrainMayMixChannels() {
        List<TurnBench.Out> out = bench.train(TurnBench.ALICE, data(0x4000), data(0x4000), data(0x4001), data(0x4001), data(0x4000));
        assertThat(relayed(out)).containsExactly(TurnBench.PEER, TurnBench.PEER, OTHER, OTHER, TurnBench.PEER);
        assertThat(out).allSatisfy(o -> assertThat(o.bytes()).isEqualTo(DATA));
    }

    @Test
    void anUnboundChannelInATrainCostsThatDatagramOnly() {
        List<TurnBench.Out> out = bench.train(TurnBench.ALICE, data(0x4000), data(0x4FFF), data(0x4000));
        assertThat(relayed(out)).containsExactly(TurnBench.PEER, TurnBench.PEER);
        assertThat(bench.counters.get(TurnReason.UNKNOWN_CHANNEL)).isOne();
    }

    @Test
    void aLengthThatLiesInsideATrainReachesNeitherNeighbour() {
        List<TurnBench.Out> out = bench.train(TurnBench.ALICE, data(0x4000), claiming(DATA.length + 1), claiming(0xFFFF), claiming(3),
                claiming(0), data(0x4000));
        assertThat(bench.counters.get(TurnReason.BAD_CHANNEL_DATA)).isEqualTo(2);
        assertThat(out.stream().filter(o -> o.kind() == Route.Kind.TO_PEER).map(o -> o.bytes().length)).containsExactly(8, 3, 0, 8);
    }

    @Test
    void whatComesAfterTheEndOfTheAllocationInATrainIsDropped() {
        byte[] end = alice.request(TurnAttribute.METHOD_REFRESH,
                w -> w.int32(TurnAttribute.LIFETIME, 0));
        List<TurnBench.Out> out = bench.train(TurnBench.ALICE, data(0x4000), data(0x4000), end, data(0x4000));
        assertThat(out.stream().map(TurnBench.Out::kind)).containsExactly(Route.Kind.TO_PEER, Route.Kind.TO_PEER, Route.Kind.TO_CLIENT,
                Route.Kind.DROP);
        assertThat(bench.counters.get(TurnReason.NO_ALLOCATION)).isOne();
    }

    @Test
    void aTrainOfOneClientSaysNothingAboutTheNext() {
        bench.train(TurnBench.ALICE, data(0x4000), data(0x4000));
        List<TurnBench.Out> out = bench.train(TurnBench.address("198.51.100.2:5000"), data(0x4000), data(0x4000));
        assertThat(relayed(out)).isEmpty();
        assertThat(bench.counters.get(TurnReason.NO_ALLOCATION)).isEqualTo(2);
    }

    @Test
    void aPermissionThatRunsOutStopsATrainToo() throws Exception {
        bench.pass(Allocation.PERMISSION_NANOS);
        assertThat(relayed(bench.train(TurnBench.ALICE, data(0x4000), data(0x4000), data(0x4000)))).isEmpty();
        assertThat(bench.counters.get(TurnReason.NO_PERMISSION_TO_PEER)).isEqualTo(3);
        assertThat(alice.permit(TurnBench.PEER)).isZero();
        assertThat(relayed(bench.train(TurnBench.ALICE, data(0x4000), data(0x4000), data(0x4000)))).hasSize(3);
    }
}
