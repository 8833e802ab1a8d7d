package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;

import dev.isthmus.ice.turn.TurnAttribute;

/** Refresh requests (RFC 8656, section 8). */
final class RefreshProbes {
    private RefreshProbes() {}

    static void addTo(Suite s) {
        lives(s);
        ends(s);
    }

    private static void lives(Suite s) {
        s.add("refresh", "RFC 8656, 8.2", "a Refresh request is answered with success",
                t -> expect(t.allocated().client().refresh(600), 0));
        s.add("refresh-lifetime", "RFC 8656, 8.2", "the answer has LIFETIME", t -> {
            check(t.allocated().client().refresh(900).length(TurnAttribute.LIFETIME) == 4, "it has not");
        });
        s.add("refresh-no-lifetime", "RFC 8656, 8.2", "without LIFETIME the default is taken", t -> {
            Answer a = t.allocated().client().ask(TurnAttribute.METHOD_REFRESH, w -> {});
            expect(a, 0);
            check(a.message().unsignedInt(TurnAttribute.LIFETIME, 0) >= 590, "it is less");
        });
        s.add("refresh-short", "RFC 8656, 8.2", "a LIFETIME below the default gets the default", t -> {
            check(t.allocated().client().refresh(1).message().unsignedInt(TurnAttribute.LIFETIME, 0) >= 590, "it gets less");
        });
        s.add("refresh-long", "RFC 8656, 8.2", "the server sets a bound to LIFETIME", t -> {
            check(t.allocated().client().refresh(0xFFFFFFFFL).message().unsignedInt(TurnAttribute.LIFETIME, 0) < 0xFFFFFFFFL,
                    "it does not");
        });
        s.add("refresh-no-allocation", "RFC 8656, 8.2", "a Refresh without an allocation is answered 437", t -> {
            expect(t.client().refresh(600), 437);
        });
        s.add("refresh-unknown-attribute", "RFC 8489, 6.3.1", "an unknown attribute is answered 420", t -> {
            expect(t.allocated().client().ask(TurnAttribute.METHOD_REFRESH, w -> w.int32(StunProbes.UNKNOWN, 1)), 420);
        });
        s.add("refresh-420-keeps", "RFC 8489, 6.3.1", "a request that is answered 420 has no effect", t -> {
            Client c = t.allocated().client();
            expect(c.ask(TurnAttribute.METHOD_REFRESH, w -> w.int32(TurnAttribute.LIFETIME, 0).int32(StunProbes.UNKNOWN, 1)), 420);
            expect(c.refresh(600), 0);
        });
        s.add("refresh-family", "RFC 8656, 8.2", "a Refresh of the allocation's own family is answered with success", t -> {
            boolean ipv4 = t.peerIsIpv4();
            expect(t.allocated().client().ask(TurnAttribute.METHOD_REFRESH, w -> Trial.family(w, ipv4)), 0);
        });
        s.add("refresh-other-family", "RFC 8656, 8.2", "a Refresh of another family than the allocation's is answered 443", t -> {
            boolean ipv4 = t.peerIsIpv4();
            expect(t.allocated().client().ask(TurnAttribute.METHOD_REFRESH, w -> Trial.family(w, !ipv4)), 443);
        });
        s.add("refresh-keeps-address", "RFC 8656, 8.2", "data passes after a Refresh", t -> {
            Trial.Permitted p = t.permitted();
            expect(p.client().refresh(600), 0);
            p.client().send(p.peer().local(), Trial.text("still here"));
            Trial.arrives(p, Trial.text("still here"));
        });
    }

    private static void ends(Suite s) {
        s.add("refresh-zero", "RFC 8656, 8.2", "LIFETIME 0 ends the allocation, and the answer says 0", t -> {
            Answer a = t.allocated().client().refresh(0);
            expect(a, 0);
            check(a.message().unsignedInt(TurnAttribute.LIFETIME, 1) == 0, "it says something else");
        });
        s.add("refresh-zero-gone", "RFC 8656, 8.2", "after it the allocation is gone", t -> {
            Client c = t.allocated().client();
            expect(c.refresh(0), 0);
            expect(c.refresh(600), 437);
        });
        s.add("refresh-zero-to-peer", "RFC 8656, 8.2", "after it no data goes to the peer", t -> {
            Trial.Permitted p = t.permitted();
            expect(p.client().refresh(0), 0);
            p.client().send(p.peer().local(), Trial.text("too late"));
            Trial.nothingArrives(p.peer());
        });
        s.add("refresh-zero-to-client", "RFC 8656, 8.2", "after it no data of the peer comes to the client", t -> {
            Trial.Permitted p = t.permitted();
            expect(p.client().refresh(0), 0);
            p.peer().send(p.relayed(), Trial.text("too late"));
            Trial.nothingComes(p.client());
        });
        s.add("refresh-zero-again", "RFC 8656, 8.2", "a repeated LIFETIME 0 does no harm", t -> {
            Client c = t.allocated().client();
            expect(c.refresh(0), 0);
            expect(c.refresh(0), 0, 437);
        });
    }
}
