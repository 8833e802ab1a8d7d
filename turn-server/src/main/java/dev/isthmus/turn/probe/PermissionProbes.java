package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.TurnAttribute;
import java.util.List;
import java.util.Objects;

/** Permissions (RFC 8656, sections 9 and 10), and peers that no server should reach (RFC 6890). */
final class PermissionProbes {
    private PermissionProbes() {}

    static void addTo(Suite s) {
        requests(s);
        effects(s);
        bounds(s);
        forbidden(s);
    }

    private static void requests(Suite s) {
        s.add("permission", "RFC 8656, 10.2", "a CreatePermission request is answered with success", Trial::permitted);
        s.add("permission-no-peer", "RFC 8656, 10.2", "no XOR-PEER-ADDRESS is answered 400", t -> {
            expect(t.allocated().client().permit(), 400);
        });
        s.add("permission-malformed", "RFC 8656, 10.2", "a malformed XOR-PEER-ADDRESS is answered 400", t -> {
            expect(t.allocated().client().ask(TurnAttribute.METHOD_CREATE_PERMISSION,
                    w -> w.bytes(TurnAttribute.XOR_PEER_ADDRESS, new byte[]{0, 1, 2})), 400);
        });
        s.add("permission-unknown-family", "RFC 8656, 10.2", "a peer of an unknown address family gets no success", t -> {
            Answer a = t.allocated().client().ask(TurnAttribute.METHOD_CREATE_PERMISSION,
                    w -> w.bytes(TurnAttribute.XOR_PEER_ADDRESS, new byte[]{0, 7, 1, 2, 3, 4, 5, 6}));
            check(!a.success(), "it does");
        });
        s.add("permission-other-family", "RFC 8656, 10.2", "a peer of another family than the relayed address is answered 443", t -> {
            TransportAddress other = TransportAddress.parse(t.peerIsIpv4() ? "[2001:4860:4860::8888]:9" : "8.8.8.8:9");
            expect(t.allocated().client().permit(Objects.requireNonNull(other)), 443);
        });
        s.add("permission-no-allocation", "RFC 8656, 5", "CreatePermission without an allocation is answered 437", t -> {
            Network.Peer peer = t.peer();
            expect(t.client().permit(peer.local()), 437);
        });
        s.add("permission-unknown-attribute", "RFC 8489, 6.3.1", "an unknown attribute is answered 420", t -> {
            Network.Peer peer = t.peer();
            expect(t.allocated().client().ask(TurnAttribute.METHOD_CREATE_PERMISSION,
                    w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer.local()).int32(StunProbes.UNKNOWN, 1)), 420);
        });
        s.add("permission-again", "RFC 8656, 10.2", "a permission can be asked for again", t -> {
            Trial.Permitted p = t.permitted();
            expect(p.client().permit(p.peer().local()), 0);
        });
        s.add("permission-repeated", "RFC 8656, 10.2", "a repeated request is answered alike", t -> {
            Trial.Permitted p = t.permitted();
            byte[] request = p.client().request(TurnAttribute.METHOD_CREATE_PERMISSION,
                    w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, p.peer().local()), Client.CLASSIC);
            p.client().expect(request, 0);
            p.client().expect(request, 0);
        });
        s.add("permission-port-zero", "RFC 8656, 10.1", "the port of a permission's peer does not matter", t -> {
            Trial.Allocated a = t.allocated();
            Network.Peer peer = t.peer();
            Trial.expectPermission(a.client().permit(peer.local().withPort(0)));
            a.client().send(peer.local(), Trial.text("any port"));
            Trial.arrives(new Trial.Permitted(a.client(), a.relayed(), peer), Trial.text("any port"));
        });
    }

    private static void effects(Suite s) {
        s.add("permission-none-in", "RFC 8656, 9", "without a permission no data of a peer comes to the client", t -> {
            Trial.Allocated a = t.allocated();
            Network.Peer peer = t.peer();
            peer.send(a.relayed(), Trial.text("let me in"));
            Trial.nothingComes(a.client());
        });
        s.add("permission-none-out", "RFC 8656, 9", "without a permission no data goes to a peer", t -> {
            Trial.Allocated a = t.allocated();
            Network.Peer peer = t.peer();
            a.client().send(peer.local(), Trial.text("let me out"));
            Trial.nothingArrives(peer);
        });
        s.add("permission-in", "RFC 8656, 11.3", "with a permission the peer's data comes to the client", t -> {
            Trial.Permitted p = t.permitted();
            p.peer().send(p.relayed(), Trial.text("hello"));
            Trial.indicated(p.client(), p.peer().local(), Trial.text("hello"));
        });
        s.add("permission-other-port", "RFC 8656, 9", "a permission is for every port of the host", t -> {
            Trial.Permitted p = t.permitted();
            Network.Peer other = t.peer();
            other.send(p.relayed(), Trial.text("another port"));
            Trial.indicated(p.client(), other.local(), Trial.text("another port"));
        });
        s.add("permission-other-host", "RFC 8656, 9", "a permission is for no other host", t -> {
            Network.Peer beside = t.peerBeside();
            Trial.Permitted p = t.permitted();
            beside.send(p.relayed(), Trial.text("another host"));
            Trial.nothingComes(p.client());
        });
        s.add("permission-other-host-out", "RFC 8656, 9", "it lets nothing go to another host", t -> {
            Network.Peer beside = t.peerBeside();
            Trial.Permitted p = t.permitted();
            p.client().send(beside.local(), Trial.text("another host"));
            Trial.nothingArrives(beside);
        });
    }

    private static void bounds(Suite s) {
        s.add("permission-several", "RFC 8656, 10.2", "one request may name several peers", t -> {
            Network.Peer beside = t.peerBeside();
            Trial.Allocated a = t.allocated();
            Network.Peer peer = t.peer();
            Trial.expectPermission(a.client().permit(peer.local(), beside.local()));
            for (Network.Peer each : List.of(peer, beside)) {
                a.client().send(each.local(), Trial.text("several"));
                Trial.arrives(new Trial.Permitted(a.client(), a.relayed(), each), Trial.text("several"));
            }
        });
        s.add("permission-of-allocation", "RFC 8656, 9", "a permission is for one allocation only", t -> {
            Trial.Permitted p = t.permitted();
            Trial.Allocated other = t.allocated();
            p.peer().send(other.relayed(), Trial.text("not yours"));
            Trial.nothingComes(other.client());
        });
        s.add("permission-all-or-none", "RFC 8656, 10.2", "when one peer of several is malformed, no permission is made", t -> {
            Trial.Allocated a = t.allocated();
            Network.Peer peer = t.peer();
            Answer answer = a.client().ask(TurnAttribute.METHOD_CREATE_PERMISSION,
                    w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer.local())
                            .bytes(TurnAttribute.XOR_PEER_ADDRESS, new byte[]{0, 1, 2}));
            check(!answer.success(), "the request was answered with success");
            peer.send(a.relayed(), Trial.text("none"));
            Trial.nothingComes(a.client());
        });
    }

    /** Addresses that lead nowhere good: this network, multicast, broadcast, and what contains them in other forms. */
    private static void forbidden(Suite s) {
        for (String host : List.of("0.0.0.0", "224.0.0.1", "239.255.255.250", "255.255.255.255", "169.254.169.254")) {
            forbid(s, host, host + ":9");
        }
        for (String host : List.of("::", "ff02::1", "fe80::1", "fd00:ec2::254", "::ffff:224.0.0.1", "::ffff:169.254.169.254",
                "2002:e000:1::1", "64:ff9b::a9fe:a9fe", "2001:0:e000:1::1")) {
            forbid(s, host, "[" + host + "]:9");
        }
    }

    private static void forbid(Suite s, String host, String endpoint) {
        s.add("peer-" + host, "RFC 6890", "a permission for " + host + " is refused", t -> {
            TransportAddress peer = TransportAddress.parse(endpoint);
            check(peer != null, "the probe cannot write the address");
            boolean ipv4 = Objects.requireNonNull(peer).ipv4();
            Client c = t.client();
            Answer made = c.ask(TurnAttribute.METHOD_ALLOCATE, Client.udpAnd(w -> Trial.family(w, ipv4)));
            if (!made.success()) {
                throw new Probe.NotOffered("there are no relayed addresses of that family");
            }
            Answer a = c.permit(peer);
            check(!a.success(), "it is granted");
        });
    }
}
