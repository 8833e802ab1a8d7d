package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.TurnAttribute;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Relayed addresses of either family, and of both (RFC 8656, section 7). */
final class FamilyProbes {
    private FamilyProbes() {}

    static void addTo(Suite s) {
        one(s);
        both(s);
    }

    private static Answer allocate(Client c, Consumer<StunWriter> more) throws Exception {
        return c.ask(TurnAttribute.METHOD_ALLOCATE, Client.udpAnd(more));
    }

    private static void one(Suite s) {
        for (boolean ipv4 : new boolean[]{true, false}) {
            String name = ipv4 ? "ipv4" : "ipv6";
            s.add("family-" + name, "RFC 8656, 7.2", "REQUESTED-ADDRESS-FAMILY gets a relayed address of that family, " + name, t -> {
                Answer a = allocate(t.client(), w -> Trial.family(w, ipv4));
                expect(a, 0, 440);
                if (a.code() == 440) {
                    throw new Probe.NotOffered("it is answered 440");
                }
                check(Trial.relayed(a).ipv4() == ipv4, "it gets the other");
            });
        }
        s.add("family-unknown", "RFC 8656, 7.2", "an unknown address family is answered 440", t -> {
            expect(allocate(t.client(), w -> w.int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY, 3L << 24)), 440);
        });
        s.add("family-with-additional", "RFC 8656, 7.2", "both family attributes at once are answered 400", t -> {
            expect(allocate(t.client(), w -> {
                Trial.family(w, true);
                w.int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2L << 24);
            }), 400);
        });
        s.add("family-additional-ipv4", "RFC 8656, 7.2", "ADDITIONAL-ADDRESS-FAMILY of IPv4 is answered 400", t -> {
            expect(allocate(t.client(), w -> w.int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 1L << 24)), 400);
        });
        s.add("family-additional-even-port", "RFC 8656, 7.2", "ADDITIONAL-ADDRESS-FAMILY with EVEN-PORT's R bit is answered 400", t -> {
            expect(allocate(t.client(), w -> w.int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2L << 24)
                    .bytes(TurnAttribute.EVEN_PORT, new byte[]{(byte) 0x80})), 400);
        });
    }

    private static Answer dual(Client c) throws Exception {
        Answer a = allocate(c, w -> w.int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2L << 24));
        expect(a, 0);
        return a;
    }

    private static TransportAddress[] addresses(Answer a) throws Exception {
        @Nullable
        TransportAddress[] all = a.message().xorAddresses(TurnAttribute.XOR_RELAYED_ADDRESS);
        if (all.length < 2) {
            throw new Probe.NotOffered("there is one relayed address only");
        }
        return new TransportAddress[]{Objects.requireNonNull(all[0]), Objects.requireNonNull(all[1])};
    }

    private static void both(Suite s) {
        s.add("dual", "RFC 8656, 7.3", "ADDITIONAL-ADDRESS-FAMILY gets two relayed addresses, or one and ADDRESS-ERROR-CODE", t -> {
            Answer a = dual(t.client());
            int count = a.message().xorAddresses(TurnAttribute.XOR_RELAYED_ADDRESS).length;
            check(count == 2 || count == 1 && a.has(TurnAttribute.ADDRESS_ERROR_CODE), count + " and no ADDRESS-ERROR-CODE");
        });
        s.add("dual-families", "RFC 8656, 7.3", "the two are of different families", t -> {
            TransportAddress[] two = addresses(dual(t.client()));
            check(two[0].ipv4() != two[1].ipv4(), "they are of one");
        });
        s.add("dual-permissions", "RFC 8656, 10.2", "a dual allocation takes peers of both families", t -> {
            Client c = t.client();
            addresses(dual(c));
            Network.Peer peer = t.peer();
            Trial.expectPermission(c.permit(peer.local()));
        });
        s.add("dual-data", "RFC 8656, 11.2", "data goes out by the relayed address of the peer's family", t -> {
            Client c = t.client();
            TransportAddress[] two = addresses(dual(c));
            Network.Peer peer = t.peer();
            Trial.expectPermission(c.permit(peer.local()));
            c.send(peer.local(), Trial.text("dual"));
            TransportAddress from = two[0].ipv4() == peer.local().ipv4() ? two[0] : two[1];
            Trial.arrives(new Trial.Permitted(c, from, peer), Trial.text("dual"));
        });
        s.add("dual-refresh-one", "RFC 8656, 8.2", "one half of a dual allocation can be ended", t -> {
            Client c = t.client();
            addresses(dual(c));
            boolean ipv4 = t.peerIsIpv4();
            expect(c.ask(TurnAttribute.METHOD_REFRESH, w -> {
                w.int32(TurnAttribute.LIFETIME, 0);
                Trial.family(w, !ipv4);
            }), 0);
            Network.Peer peer = t.peer();
            Trial.expectPermission(c.permit(peer.local()));
            expect(c.ask(TurnAttribute.METHOD_REFRESH, w -> Trial.family(w, !ipv4)), 443);
        });
        s.add("dual-end", "RFC 8656, 8.2", "a Refresh without a family ends both halves", t -> {
            Client c = t.client();
            addresses(dual(c));
            expect(c.refresh(0), 0);
            expect(c.refresh(600), 437);
        });
    }
}
