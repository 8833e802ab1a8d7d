package dev.isthmus.ice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.ice.turn.client.TurnClient;
import dev.isthmus.ice.turn.client.TurnClientReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server that says what it likes: each step is a byte with a length and that many bytes, an answer's attributes behind the head that fits the
 * client's last request, or a datagram as it is. The client never throws, and never asks without end.
 */
class TurnClientFuzz {
    private static final TransportAddress SERVER = TransportAddress.ipv4(0xC0000201, 3478);
    private static final int MOST_STEPS = 60;

    static Stream<Arguments> seeds() {
        byte[] challenge = Seeds.stun(TurnAttribute.METHOD_ALLOCATE, StunType.ERROR,
                w -> w.error(401, "x").text(StunAttribute.REALM, "r").text(StunAttribute.NONCE, "n"));
        byte[] redirect = Seeds.stun(TurnAttribute.METHOD_ALLOCATE, StunType.ERROR,
                w -> w.error(300, "x").address(StunAttribute.ALTERNATE_SERVER, TransportAddress.ipv4(0xC0000202, 3478)));
        ByteBuffer script = ByteBuffer.allocate(400);
        for (byte[] each : new byte[][]{challenge, redirect, challenge}) {
            script.put((byte) 1).put((byte) (each.length - 20)).put(each, 20, each.length - 20);
        }
        return Stream.of(Arguments.arguments((Object) Arrays.copyOf(script.array(), script.position())));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void neverThrows(byte[] bytes) {
        Counters<TurnClientReason> counters = new Counters<>(TurnClientReason.class);
        TurnClient client = new TurnClient(new TurnClient.Setup(SERVER, false, "alice", "secret", TurnClient.Family.BOTH, true),
                new SeededRandom(1), counters);
        client.start(0);
        client.onConnected(0);
        client.permit(TransportAddress.ipv4(0xC0000203, 1), 0);
        ByteBuffer script = ByteBuffer.wrap(bytes);
        byte[] request = client.pollTransmit();
        int sent = 0;
        long now = 0;
        for (int i = 0; i < MOST_STEPS && script.remaining() >= 2; i++) {
            int kind = Math.floorMod(script.get(), 4);
            byte[] content = new byte[Math.min(script.get() & 0xff, script.remaining())];
            script.get(content);
            byte[] message = request == null || kind == 0
                    ? content
                    : answer(request, kind == 1 ? StunType.ERROR : StunType.SUCCESS, content);
            client.onPacket(ByteBuffer.wrap(message), 0, message.length, now);
            client.onConnected(now); // when it was sent elsewhere
            now += kind == 3 ? 400_000_000_000L : 0;
            client.onTimeout(now);
            for (byte[] next = client.pollTransmit(); next != null; next = client.pollTransmit()) {
                request = next;
                sent++;
            }
        }
        assertThat(sent).isLessThan(MOST_STEPS * 8);
    }

    /** The attributes behind a head that fits the request; the length says what is there. */
    private static byte[] answer(byte[] request, int messageClass, byte[] attributes) {
        ByteBuffer answer = ByteBuffer.allocate(20 + (attributes.length & ~3));
        answer.put(request, 0, 20).put(attributes, 0, attributes.length & ~3);
        answer.putShort(0, (short) (answer.getShort(0) & 0x3EEF | messageClass)).putShort(2, (short) (attributes.length & ~3));
        return answer.array();
    }
}
