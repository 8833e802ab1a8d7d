package dev.isthmus.turn.server;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.turn.auth.AnswerLimiter;
import org.jspecify.annotations.Nullable;

/** Binding requests (RFC 8489, section 2), with NAT behaviour discovery where it is on (RFC 5780). */
final class BindingHandler {
    /** Padding makes an answer a large datagram, not one larger than the request. */
    private static final int MOST_PADDING = 1400;
    private final @Nullable NatDiscovery discovery;
    private final AnswerLimiter limiter;
    private final Counters<TurnReason> counters;
    private final Reply reply;
    private final AddressKey back = new AddressKey();

    BindingHandler(@Nullable NatDiscovery discovery, AnswerLimiter limiter, Counters<TurnReason> counters, Reply reply) {
        this.discovery = discovery;
        this.limiter = limiter;
        this.counters = counters;
        this.reply = reply;
    }

    /**
     * Writes the answer and returns the flow by which it goes: the client's own unless discovery asks for another; null when there is none. A
     * plain answer is hardly larger than its request; the others may be, and count against what a source gets without proof.
     */
    @Nullable
    AddressKey onRequest(StunMessage request, AddressKey client, long nowNanos) {
        reply.to(request);
        NatDiscovery four = discovery != null && discovery.isAt(client) ? discovery : null;
        int[] unknown = request.unknownRequired(four == null ? BindingHandler::known : BindingHandler::knownInDiscovery);
        if ((unknown.length > 0 || four != null) && !limiter.take(client, nowNanos)) {
            counters.count(TurnReason.ANSWER_WITHHELD);
            return null;
        }
        if (unknown.length > 0) {
            counters.count(TurnReason.UNKNOWN_ATTRIBUTE);
            reply.unknown(unknown);
            return client;
        }
        if (four == null) {
            counters.count(TurnReason.BINDING_ANSWERED);
            mapped(client);
            reply.finish();
            return client;
        }
        return discover(four, request, client);
    }

    private StunWriter mapped(AddressKey client) {
        return reply.success().xorAddress(StunAttribute.XOR_MAPPED_ADDRESS, client.ipv4(), client.remoteHigh(), client.remoteLow(),
                client.remotePort());
    }

    private AddressKey discover(NatDiscovery four, StunMessage request, AddressKey client) {
        int padding = request.find(StunAttribute.PADDING);
        int port = request.find(StunAttribute.RESPONSE_PORT);
        if (padding >= 0 && port >= 0) { // section 7.5: they may not be used together
            counters.count(TurnReason.BAD_REQUEST);
            reply.error(ErrorCode.BAD_REQUEST);
            reply.finish();
            return client;
        }
        counters.count(TurnReason.DISCOVERY_ANSWERED);
        int change = (int) request.unsignedInt(StunAttribute.CHANGE_REQUEST, 0);
        TransportAddress origin = four.other(client, change);
        StunWriter writer = mapped(client).address(StunAttribute.RESPONSE_ORIGIN, origin).address(StunAttribute.OTHER_ADDRESS,
                four.other(client, NatDiscovery.CHANGE_IP | NatDiscovery.CHANGE_PORT));
        if (padding >= 0) {
            writer.bytes(StunAttribute.PADDING, new byte[Math.min(MOST_PADDING, request.valueLength(padding))]);
        }
        reply.finish();
        back.set(client);
        back.setLocal(origin);
        if (port >= 0 && request.valueLength(port) >= 2) {
            back.setRemote(client.ipv4(), client.remoteHigh(), client.remoteLow(), request.buffer().getShort(port) & 0xffff,
                    client.scope());
        }
        return back;
    }

    /** A Binding request may carry credentials and ICE's attributes; they change nothing. */
    private static boolean known(int type) {
        return switch (type) {
            case StunAttribute.USERNAME, StunAttribute.USERHASH, StunAttribute.REALM, StunAttribute.NONCE, StunAttribute.PASSWORD_ALGORITHM,
                    StunAttribute.PRIORITY, StunAttribute.USE_CANDIDATE ->
                true;
            default -> false;
        };
    }

    private static boolean knownInDiscovery(int type) {
        return known(type) || type == StunAttribute.CHANGE_REQUEST || type == StunAttribute.PADDING || type == StunAttribute.RESPONSE_PORT;
    }
}
