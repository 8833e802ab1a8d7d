package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;
import static dev.isthmus.turn.probe.Trial.text;

import dev.isthmus.ice.turn.TurnAttribute;
import java.util.Arrays;

/** Clients that move (RFC 8016). */
final class MobilityProbes {
    private MobilityProbes() {}

    private record Mobile(Trial.Permitted permitted, byte[] ticket) {}

    private static Mobile mobile(Trial t) throws Exception {
        Client c = t.client();
        boolean ipv4 = t.peerIsIpv4();
        Answer a = c.ask(TurnAttribute.METHOD_ALLOCATE, Client.udpAnd(w -> {
            Trial.family(w, ipv4);
            w.flag(TurnAttribute.MOBILITY_TICKET);
        }));
        byte[] ticket = a.message().bytes(TurnAttribute.MOBILITY_TICKET);
        if (a.code() == 405 || a.success() && ticket == null) {
            throw new Probe.NotOffered("there is no ticket");
        }
        expect(a, 0);
        Network.Peer peer = t.peer();
        Trial.expectPermission(c.permit(peer.local()));
        return new Mobile(new Trial.Permitted(c, Trial.relayed(a), peer), ticket == null ? new byte[0] : ticket);
    }

    private static Answer move(Client to, byte[] ticket) throws Exception {
        return to.ask(TurnAttribute.METHOD_REFRESH, w -> w.bytes(TurnAttribute.MOBILITY_TICKET, ticket));
    }

    static void addTo(Suite s) {
        s.add("mobility-ticket", "RFC 8016, 3.1", "an empty MOBILITY-TICKET gets a ticket", t -> {
            check(mobile(t).ticket().length > 0, "it is empty");
        });
        s.add("mobility-move", "RFC 8016, 3.2", "a Refresh with the ticket from another address is answered with success", t -> {
            expect(move(t.client(), mobile(t).ticket()), 0);
        });
        s.add("mobility-new-ticket", "RFC 8016, 3.2", "its answer has another ticket", t -> {
            Mobile m = mobile(t);
            byte[] fresh = move(t.client(), m.ticket()).message().bytes(TurnAttribute.MOBILITY_TICKET);
            check(fresh != null && fresh.length > 0 && !Arrays.equals(fresh, m.ticket()), "it has not");
        });
        s.add("mobility-data-out", "RFC 8016, 3.2", "data of the new address goes out by the same relayed address", t -> {
            Mobile m = mobile(t);
            Client moved = t.client().like(m.permitted().client());
            expect(move(moved, m.ticket()), 0);
            moved.send(m.permitted().peer().local(), text("moved"));
            Trial.arrives(new Trial.Permitted(moved, m.permitted().relayed(), m.permitted().peer()), text("moved"));
        });
        s.add("mobility-data-in", "RFC 8016, 3.2", "the peer's data comes to the new address", t -> {
            Mobile m = mobile(t);
            Client moved = t.client().like(m.permitted().client());
            expect(move(moved, m.ticket()), 0);
            moved.send(m.permitted().peer().local(), text("moved"));
            Trial.arrives(new Trial.Permitted(moved, m.permitted().relayed(), m.permitted().peer()), text("moved"));
            m.permitted().peer().send(m.permitted().relayed(), text("there"));
            Trial.indicated(moved, m.permitted().peer().local(), text("there"));
        });
        s.add("mobility-twice", "RFC 8016, 3.2", "a client may move again, with the new ticket", t -> {
            Mobile m = mobile(t);
            byte[] fresh = move(t.client(), m.ticket()).message().bytes(TurnAttribute.MOBILITY_TICKET);
            check(fresh != null, "there is no new ticket");
            expect(move(t.client(), fresh == null ? new byte[0] : fresh), 0);
        });
        s.add("mobility-wrong-ticket", "RFC 8016, 3.2", "a wrong ticket gets no success", t -> {
            byte[] wrong = mobile(t).ticket().clone();
            wrong[0] ^= 1;
            check(!move(t.client(), wrong).success(), "it does");
        });
        s.add("mobility-other-user", "RFC 8016, 3.2", "another user's Refresh with the ticket gets no success", t -> {
            Mobile m = mobile(t);
            check(!move(t.stranger(), m.ticket()).success(), "it does");
        });
        s.add("mobility-ticket-given", "RFC 8016, 3.1", "an Allocate request with a ticket that is not empty gets none", t -> {
            mobile(t);
            Answer a = t.client().ask(TurnAttribute.METHOD_ALLOCATE,
                    Client.udpAnd(w -> w.bytes(TurnAttribute.MOBILITY_TICKET, new byte[8])));
            check(a.code() == 400, "it is answered " + a.code());
        });
    }
}
