package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.turn.auth.AnswerLimiter;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** NAT behaviour discovery (RFC 5780, sections 6 and 7). */
class NatDiscoveryTest {
    private static final TransportAddress PRIMARY = TurnBench.address("192.0.2.7:3478");
    private static final TransportAddress ALTERNATE = TurnBench.address("192.0.2.8:3479");
    private final Counters<TurnReason> counters = new Counters<>(TurnReason.class);
    private final Reply reply = new Reply(new MessageIntegrity(), "test");
    private final BindingHandler handler = new BindingHandler(new NatDiscovery(PRIMARY, ALTERNATE),
            new AnswerLimiter(1, AnswerLimiter.Allowance.DEFAULT), counters, reply);
    private final StunMessage answer = new StunMessage();

    private AddressKey ask(TransportAddress at, Consumer<StunWriter> attributes) {
        ByteBuffer buffer = ByteBuffer.allocate(2048);
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.of(StunType.BINDING, StunType.REQUEST), 1, 2);
        attributes.accept(writer);
        StunMessage request = new StunMessage();
        request.wrap(buffer, 0, writer.length());
        AddressKey back = Objects.requireNonNull(handler.onRequest(request, AddressKey.of(at, TurnBench.ALICE), 1));
        answer.wrap(reply.buffer(), 0, reply.length());
        return back;
    }

    private static byte[] mapped(TransportAddress a) {
        return ByteBuffer.allocate(8).putShort((short) 1).putShort((short) a.port()).put(a.bytes()).array();
    }

    private void answeredFrom(int change, TransportAddress origin) {
        AddressKey back = ask(PRIMARY, w -> w.int32(StunAttribute.CHANGE_REQUEST, change));
        assertThat(back.local()).isEqualTo(origin);
        assertThat(back.remote()).isEqualTo(TurnBench.ALICE);
        assertThat(answer.bytes(StunAttribute.RESPONSE_ORIGIN)).isEqualTo(mapped(origin));
        assertThat(answer.bytes(StunAttribute.OTHER_ADDRESS)).isEqualTo(mapped(ALTERNATE));
    }

    @Test
    void answersComeFromWhereTheyAreAskedToCome() {
        answeredFrom(0, PRIMARY);
        answeredFrom(NatDiscovery.CHANGE_PORT, PRIMARY.withPort(3479));
        answeredFrom(NatDiscovery.CHANGE_IP, ALTERNATE.withPort(3478));
        answeredFrom(NatDiscovery.CHANGE_IP | NatDiscovery.CHANGE_PORT, ALTERNATE);
        ask(ALTERNATE.withPort(3478), w -> {});
        assertThat(answer.bytes(StunAttribute.OTHER_ADDRESS)).isEqualTo(mapped(PRIMARY.withPort(3479)));
    }

    @Test
    void anAnswerMayGoToAnotherPortOrBePaddedButNotBoth() {
        assertThat(ask(PRIMARY, w -> w.int32(StunAttribute.RESPONSE_PORT, 7000L << 16)).remotePort()).isEqualTo(7000);
        ask(PRIMARY, w -> w.bytes(StunAttribute.PADDING, new byte[1000]));
        assertThat(answer.bytes(StunAttribute.PADDING)).hasSize(1000);
        ask(PRIMARY, w -> w.bytes(StunAttribute.PADDING, new byte[1000]).int32(StunAttribute.RESPONSE_PORT, 7000L << 16));
        assertThat(answer.errorCode()).isEqualTo(400);
    }

    @Test
    void elsewhereItIsUnknown() {
        ask(TurnBench.LISTENER, w -> w.int32(StunAttribute.CHANGE_REQUEST, 6));
        assertThat(answer.errorCode()).isEqualTo(420);
        ask(TurnBench.LISTENER, w -> {});
        assertThat(answer.has(StunAttribute.OTHER_ADDRESS)).isFalse();
        assertThat(answer.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS)).isEqualTo(TurnBench.ALICE);
    }
}
