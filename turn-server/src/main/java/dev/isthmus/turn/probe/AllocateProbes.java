package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;

import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.TurnAttribute;
import java.util.function.Consumer;

/** Allocate requests (RFC 8656, section 7). */
final class AllocateProbes {
    private static final int EVEN = 0;
    private static final int EVEN_AND_NEXT = 0x80;

    private AllocateProbes() {}

    static void addTo(Suite s) {
        answer(s);
        transport(s);
        again(s);
        evenPort(s);
        reservation(s);
    }

    private static Answer allocate(Client c, Consumer<StunWriter> more) throws Exception {
        return c.ask(TurnAttribute.METHOD_ALLOCATE, Client.udpAnd(more));
    }

    private static void answer(Suite s) {
        s.add("allocate", "RFC 8656, 7.3", "an Allocate request is answered with success", t -> expect(t.client().allocate(), 0));
        s.add("allocate-relayed", "RFC 8656, 7.3", "the answer has XOR-RELAYED-ADDRESS", t -> Trial.relayed(t.client().allocate()));
        s.add("allocate-mapped", "RFC 8656, 7.3", "the answer's XOR-MAPPED-ADDRESS is the client's address", t -> {
            Client c = t.client();
            check(c.link().local().equals(c.allocate().address(StunAttribute.XOR_MAPPED_ADDRESS)), "it is not");
        });
        s.add("allocate-lifetime", "RFC 8656, 7.3", "the answer has LIFETIME", t -> {
            check(t.client().allocate().length(TurnAttribute.LIFETIME) == 4, "it has not");
        });
        s.add("allocate-default-lifetime", "RFC 8656, 7.2", "without LIFETIME an allocation lives ten minutes or more", t -> {
            check(t.client().allocate().message().unsignedInt(TurnAttribute.LIFETIME, 0) >= 590, "it lives shorter");
        });
        s.add("allocate-short-lifetime", "RFC 8656, 7.2", "a LIFETIME below the default gets the default", t -> {
            check(allocate(t.client(), w -> w.int32(TurnAttribute.LIFETIME, 10)).message()
                    .unsignedInt(TurnAttribute.LIFETIME, 0) >= 590, "it gets less");
        });
        s.add("allocate-long-lifetime", "RFC 8656, 7.2", "the server sets a bound to LIFETIME", t -> {
            long lifetime = allocate(t.client(), w -> w.int32(TurnAttribute.LIFETIME, 0xFFFFFFFFL)).message()
                    .unsignedInt(TurnAttribute.LIFETIME, 0);
            check(lifetime > 0 && lifetime < 0xFFFFFFFFL, "it is " + lifetime);
        });
        s.add("allocate-differ", "RFC 8656, 7.2", "two clients get different relayed addresses", t -> {
            check(!Trial.relayed(t.client().allocate()).equals(Trial.relayed(t.client().allocate())), "they get one");
        });
        s.add("allocate-port-range", "RFC 8656, 7.2", "the relayed port is none of the well-known ones", t -> {
            check(Trial.relayed(t.client().allocate()).port() > 1023, "it is one");
        });
        s.add("allocate-random-port", "RFC 8656, 7.2", "relayed ports do not follow one another", t -> {
            int first = Trial.relayed(t.client().allocate()).port();
            int second = Trial.relayed(t.client().allocate()).port();
            int third = Trial.relayed(t.client().allocate()).port();
            check(second - first != third - second || Math.abs(second - first) > 4, first + ", " + second + ", " + third);
        });
    }

    private static void transport(Suite s) {
        s.add("allocate-no-transport", "RFC 8656, 7.2", "no REQUESTED-TRANSPORT is answered 400", t -> {
            expect(t.client().ask(TurnAttribute.METHOD_ALLOCATE, w -> {}), 400);
        });
        s.add("allocate-short-transport", "RFC 8656, 7.2", "a malformed REQUESTED-TRANSPORT is answered 400", t -> {
            expect(t.client().ask(TurnAttribute.METHOD_ALLOCATE, w -> w.bytes(TurnAttribute.REQUESTED_TRANSPORT, new byte[]{17})), 400);
        });
        s.add("allocate-unknown-transport", "RFC 8656, 7.2", "a protocol that is not offered is answered 442", t -> {
            expect(t.client().ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 99L << 24)), 442);
        });
        s.add("allocate-reserved-bits", "RFC 8656, 18.7", "the reserved bits of REQUESTED-TRANSPORT are ignored", t -> {
            expect(t.client().ask(TurnAttribute.METHOD_ALLOCATE, w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 17L << 24 | 0x5A5A5A)), 0);
        });
        s.add("allocate-first-counts", "RFC 8489, 14", "of two attributes of one type the first counts", t -> {
            expect(t.client().ask(TurnAttribute.METHOD_ALLOCATE, Client.udpAnd(w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 99L << 24))),
                    0);
        });
        s.add("allocate-dont-fragment", "RFC 8656, 7.2", "DONT-FRAGMENT is accepted, or answered 420", t -> {
            Answer a = allocate(t.client(), w -> w.flag(TurnAttribute.DONT_FRAGMENT));
            expect(a, 0, 420);
            if (a.code() == 420) {
                throw new Probe.NotOffered("it is answered 420");
            }
        });
    }

    private static void again(Suite s) {
        s.add("allocate-twice", "RFC 8656, 7.2", "a second Allocate request of one client is answered 437", t -> {
            Client c = t.client();
            expect(c.allocate(), 0);
            expect(c.allocate(), 437);
        });
        s.add("allocate-repeated", "RFC 8656, 7.2", "a repeated request gets the same relayed address", t -> {
            Client c = t.challenged();
            byte[] request = c.request(TurnAttribute.METHOD_ALLOCATE, Client::udp, Client.CLASSIC);
            Answer first = c.expect(request, 0);
            Answer second = c.expect(request, 0);
            check(Trial.relayed(first).equals(Trial.relayed(second)), "it gets another");
        });
        s.add("allocate-after-end", "RFC 8656, 8.2", "a client whose allocation has ended may make another", t -> {
            Client c = t.client();
            expect(c.allocate(), 0);
            expect(c.refresh(0), 0);
            expect(c.allocate(), 0);
        });
        s.add("allocate-437-keeps", "RFC 8656, 7.2", "the first allocation outlives a 437", t -> {
            Client c = t.client();
            expect(c.allocate(), 0);
            expect(c.allocate(), 437);
            expect(c.refresh(600), 0);
        });
    }

    private static Answer even(Client c, int how) throws Exception {
        Answer a = allocate(c, w -> w.bytes(TurnAttribute.EVEN_PORT, new byte[]{(byte) how}));
        expect(a, 0, 420, 508);
        if (a.code() != 0) {
            throw new Probe.NotOffered("EVEN-PORT is answered " + a.code());
        }
        return a;
    }

    private static void evenPort(Suite s) {
        s.add("even-port", "RFC 8656, 7.2", "EVEN-PORT gets an even port", t -> {
            for (int i = 0; i < 4; i++) {
                check(Trial.relayed(even(t.client(), EVEN)).port() % 2 == 0, "it is odd");
            }
        });
        s.add("even-port-no-token", "RFC 8656, 7.3", "EVEN-PORT without the R bit gets no RESERVATION-TOKEN", t -> {
            check(!even(t.client(), EVEN).has(TurnAttribute.RESERVATION_TOKEN), "it does");
        });
        s.add("even-port-token", "RFC 8656, 7.3", "EVEN-PORT with the R bit gets an even port and a token of eight bytes", t -> {
            Answer a = even(t.client(), EVEN_AND_NEXT);
            check(Trial.relayed(a).port() % 2 == 0, "the port is odd");
            check(a.length(TurnAttribute.RESERVATION_TOKEN) == 8, "there is no such token");
        });
        s.add("even-port-repeated", "RFC 8656, 7.2", "a repeated request gets the same token", t -> {
            Client c = t.challenged();
            byte[] request = c.request(TurnAttribute.METHOD_ALLOCATE,
                    Client.udpAnd(w -> w.bytes(TurnAttribute.EVEN_PORT, new byte[]{(byte) EVEN_AND_NEXT})), Client.CLASSIC);
            Answer first = c.exchange(request);
            if (!first.has(TurnAttribute.RESERVATION_TOKEN)) {
                throw new Probe.NotOffered("there is no token");
            }
            Answer second = c.exchange(request);
            check(second.message().hasLong(TurnAttribute.RESERVATION_TOKEN)
                    && token(first) == token(second), "it gets another or none");
        });
        s.add("even-port-malformed", "RFC 8656, 18.6", "an EVEN-PORT of four bytes gets no token", t -> {
            Client c = t.client();
            Answer a = allocate(c, w -> w.int32(TurnAttribute.EVEN_PORT, 0x01000000));
            check(!a.has(TurnAttribute.RESERVATION_TOKEN), "it does");
        });
    }

    private static void reservation(Suite s) {
        s.add("token-used", "RFC 8656, 7.2", "the token gets the next port", t -> {
            Answer first = even(t.client(), EVEN_AND_NEXT);
            long token = token(first);
            Answer second = allocate(t.client(), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, token));
            expect(second, 0);
            check(Trial.relayed(second).port() == Trial.relayed(first).port() + 1, "it gets another");
        });
        s.add("token-once", "RFC 8656, 7.2", "a token that was used is answered 508", t -> {
            long token = token(even(t.client(), EVEN_AND_NEXT));
            expect(allocate(t.client(), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, token)), 0);
            expect(allocate(t.client(), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, token)), 508);
        });
        s.add("token-unknown", "RFC 8656, 7.2", "an unknown token is answered 508", t -> {
            expect(allocate(t.client(), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, 0x0123456789ABCDEFL)), 508);
        });
        s.add("token-with-even-port", "RFC 8656, 7.2", "RESERVATION-TOKEN with EVEN-PORT is answered 400", t -> {
            expect(allocate(t.client(), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, 1).bytes(TurnAttribute.EVEN_PORT, new byte[1])), 400);
        });
        s.add("token-with-family", "RFC 8656, 7.2", "RESERVATION-TOKEN with REQUESTED-ADDRESS-FAMILY is answered 400", t -> {
            expect(allocate(t.client(), w -> {
                w.int64(TurnAttribute.RESERVATION_TOKEN, 1);
                Trial.family(w, true);
            }), 400);
        });
        s.add("token-with-additional", "RFC 8656, 7.2", "RESERVATION-TOKEN with ADDITIONAL-ADDRESS-FAMILY is answered 400", t -> {
            expect(allocate(t.client(), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, 1)
                    .int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, 2L << 24)), 400);
        });
    }

    private static long token(Answer answer) throws Exception {
        if (!answer.message().hasLong(TurnAttribute.RESERVATION_TOKEN)) {
            throw new Probe.NotOffered("there is no token");
        }
        return answer.message().longValue(TurnAttribute.RESERVATION_TOKEN);
    }
}
