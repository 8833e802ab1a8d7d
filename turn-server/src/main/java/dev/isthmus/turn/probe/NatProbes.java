package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/** NAT behaviour discovery (RFC 5780). */
final class NatProbes {
    private static final int CHANGE_PORT = 2;
    private static final int CHANGE_BOTH = 6;

    private NatProbes() {}

    private static byte[] binding(Client c, Consumer<StunWriter> attributes) {
        return c.request(StunType.BINDING, attributes, Client.NONE);
    }

    private static TransportAddress plain(Answer a, int type) {
        byte[] value = a.message().bytes(type);
        if (value == null || value.length < 8) {
            return TransportAddress.ipv4(0, 0);
        }
        return TransportAddress.of(Arrays.copyOfRange(value, 4, value.length), ByteBuffer.wrap(value).getShort(2) & 0xffff);
    }

    /** The server's other address. */
    private static TransportAddress other(Trial t, Client c) throws Exception {
        if (!t.network().udp()) {
            throw new Probe.NotOffered("over UDP only");
        }
        Answer a = c.exchange(binding(c, w -> {}));
        if (!a.has(StunAttribute.OTHER_ADDRESS)) {
            throw new Probe.NotOffered("the answer has no OTHER-ADDRESS");
        }
        return plain(a, StunAttribute.OTHER_ADDRESS);
    }

    static void addTo(Suite s) {
        s.add("nat-other-address", "RFC 5780, 7.4", "OTHER-ADDRESS differs from the server's address in host and port", t -> {
            TransportAddress other = other(t, t.client());
            check(!other.sameHost(t.network().server()) && other.port() != t.network().server().port(), "it is " + other);
        });
        s.add("nat-response-origin", "RFC 5780, 7.3", "RESPONSE-ORIGIN is where the answer comes from", t -> {
            Client c = t.client();
            other(t, c);
            check(plain(c.exchange(binding(c, w -> {})), StunAttribute.RESPONSE_ORIGIN).equals(t.network().server()), "it is not");
        });
        change(s, "nat-change-port", "from another port", CHANGE_PORT);
        change(s, "nat-change-both", "from the other address and port", CHANGE_BOTH);
        s.add("nat-padding", "RFC 5780, 7.6", "a request with PADDING is answered", t -> {
            Client c = t.client();
            other(t, c);
            c.expect(binding(c, w -> w.bytes(StunAttribute.PADDING, new byte[64])), 0);
        });
    }

    private static void change(Suite s, String id, String how, int flags) {
        s.add(id, "RFC 5780, 7.2", "a request with CHANGE-REQUEST is answered " + how, t -> {
            Client c = t.client();
            TransportAddress other = other(t, c);
            Network.Peer asker = t.peer();
            byte[] request = binding(c, w -> w.int32(StunAttribute.CHANGE_REQUEST, flags));
            asker.send(t.network().server(), request);
            Network.Packet packet = asker.receive(4 * Client.ANSWER_MILLIS);
            check(packet != null, "no answer");
            TransportAddress from = Objects.requireNonNull(packet).from();
            TransportAddress wanted = flags == CHANGE_PORT ? t.network().server().withPort(other.port()) : other;
            check(from.equals(wanted), "it came from " + from + " instead of " + wanted);
        });
    }
}
