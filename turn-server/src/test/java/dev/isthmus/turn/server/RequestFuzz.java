package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.support.TurnDialog;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A session of a client with valid credentials that says what it likes. Each step is a byte that says what it is, a byte with its length, and
 * that many bytes: the attributes of a request that is then signed, a datagram as it is, data of a peer, or time that goes by.
 */
class RequestFuzz {
    private static final int[] METHODS = {TurnAttribute.METHOD_ALLOCATE, TurnAttribute.METHOD_REFRESH,
            TurnAttribute.METHOD_CREATE_PERMISSION, TurnAttribute.METHOD_CHANNEL_BIND, TurnAttribute.METHOD_CONNECT,
            TurnAttribute.METHOD_CONNECTION_BIND};
    private static final int RAW = 6;
    private static final int SEND = RAW + 1;
    private static final int PEER_DATA = RAW + 2;
    private static final int TIME = RAW + 3;
    private static final int MOST_STEPS = 40;

    static Stream<Arguments> seeds() {
        ByteBuffer session = ByteBuffer.allocate(400);
        step(session, 0, 0, 0x19, 0, 4, 17, 0, 0, 0);
        step(session, 2, 0, 0x12, 0, 8, 0, 1, 0, 0, 0xEA, 0x12, 0xD5, 0x4B);
        step(session, 3, 0, 0x0C, 0, 4, 0x40, 0, 0, 0, 0, 0x12, 0, 8, 0, 1, 2, 3, 0xEA, 0x12, 0xD5, 0x4B);
        step(session, RAW, 0x40, 0, 0, 2, 1, 2);
        step(session, SEND, 1, 2, 3);
        step(session, PEER_DATA, 1, 2, 3);
        step(session, TIME, 200);
        step(session, 1, 0, 0x0D, 0, 4, 0, 0, 0, 0);
        return Stream.of(Arguments.arguments((Object) Arrays.copyOf(session.array(), session.position())));
    }

    private static void step(ByteBuffer session, int kind, int... bytes) {
        session.put((byte) kind).put((byte) bytes.length);
        for (int each : bytes) {
            session.put((byte) each);
        }
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "180s")
    void anyRequestIsAnsweredOrCounted(byte[] bytes) throws Exception {
        TurnBench bench = TurnBench.dual(true);
        TurnDialog alice = bench.alice();
        alice.ask(TurnAttribute.METHOD_REFRESH, w -> {}); // which fetches a nonce
        ByteBuffer script = ByteBuffer.wrap(bytes);
        for (int i = 0; i < MOST_STEPS && script.remaining() >= 2; i++) {
            int kind = Math.floorMod(script.get(), TIME + 1);
            byte[] content = new byte[Math.min(script.get() & 0xff, script.remaining())];
            script.get(content);
            play(bench, alice, kind, content);
        }
        bench.pass(TimeUnit.HOURS.toNanos(2));
        assertThat(bench.server.size()).as("nothing lives for ever").isZero();
        assertThat(bench.openSockets()).isEmpty();
    }

    private static void play(TurnBench bench, TurnDialog alice, int kind, byte[] content) throws Exception {
        long before = counted(bench);
        switch (kind) {
            case RAW -> bench.fromClient(TurnBench.ALICE, content);
            case SEND -> bench.fromClient(TurnBench.ALICE, alice.indication(TurnBench.PEER, content));
            case TIME -> {
                bench.pass(content.length == 0 ? 0 : (content[0] & 0xff) * 1_000_000_000L);
                return;
            }
            case PEER_DATA -> {
                for (TransportAddress relayed : bench.openSockets()) {
                    if (bench.server.allocations().stream().anyMatch(a -> a.relayed().equals(relayed))) {
                        bench.fromPeer(relayed, TurnBench.PEER, content);
                    }
                }
                return;
            }
            default -> {
                int code = alice.send(alice.request(METHODS[kind], w -> attributes(w, content)));
                assertThat(code).isNotEqualTo(500);
                if (code > 0) {
                    assertThat(counted(bench)).as("a refusal has a name").isGreaterThan(before);
                }
                return;
            }
        }
        assertThat(counted(bench)).as("what is dropped has a name").isGreaterThan(before);
    }

    private static void attributes(StunWriter writer, byte[] content) {
        ByteBuffer in = ByteBuffer.wrap(content);
        while (in.remaining() >= 4) {
            int type = in.getShort() & 0xffff;
            byte[] value = new byte[Math.min(in.getShort() & 0xff, in.remaining())];
            in.get(value);
            in.position(Math.min(in.limit(), in.position() + (-value.length & 3)));
            writer.bytes(type, value);
        }
    }

    private static long counted(TurnBench bench) {
        long sum = 0;
        for (TurnReason reason : TurnReason.values()) {
            sum += bench.counters.get(reason);
        }
        return sum;
    }
}
