package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;
import static dev.isthmus.turn.probe.Trial.text;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.TurnAttribute;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/** Connections with peers over TCP (RFC 6062). */
final class TcpProbes {
    private static final long CONNECT_MILLIS = 5000;

    private TcpProbes() {}

    static void addTo(Suite s) {
        allocate(s);
        connect(s);
        bind(s);
        incoming(s);
    }

    private static void tcp(StunWriter w) {
        w.int32(TurnAttribute.REQUESTED_TRANSPORT, (long) TurnAttribute.TRANSPORT_TCP << 24);
    }

    private static Answer request(Client c, Consumer<StunWriter> more) throws Exception {
        return c.ask(TurnAttribute.METHOD_ALLOCATE, w -> {
            tcp(w);
            more.accept(w);
        });
    }

    private static Trial.Allocated allocated(Trial t) throws Exception {
        if (!t.network().stream()) {
            throw new Probe.NotOffered("over TCP and TLS only");
        }
        Client c = t.client();
        Answer a = request(c, w -> Trial.family(w, t.peerIsIpv4()));
        if (a.code() == 442 || a.code() == 400) {
            throw new Probe.NotOffered("it is answered " + a.code());
        }
        expect(a, 0);
        return new Trial.Allocated(c, Trial.relayed(a));
    }

    private static void allocate(Suite s) {
        s.add("tcp-over-udp", "RFC 6062, 5.1", "a TCP allocation asked for over UDP or DTLS is refused", t -> {
            if (t.network().stream()) {
                throw new Probe.NotOffered("over UDP and DTLS only");
            }
            expect(request(t.client(), w -> {}), 400, 442);
        });
        s.add("tcp-allocate", "RFC 6062, 5.1", "a TCP allocation has a relayed address", TcpProbes::allocated);
        s.add("tcp-no-token", "RFC 6062, 5.1", "it has no RESERVATION-TOKEN", t -> {
            allocated(t);
            check(!request(t.client(), w -> {}).has(TurnAttribute.RESERVATION_TOKEN), "it has");
        });
        s.add("tcp-even-port", "RFC 6062, 5.1", "EVEN-PORT is answered 400", t -> {
            allocated(t);
            expect(request(t.client(), w -> w.bytes(TurnAttribute.EVEN_PORT, new byte[1])), 400);
        });
        s.add("tcp-dont-fragment", "RFC 6062, 5.1", "DONT-FRAGMENT is answered 400", t -> {
            allocated(t);
            expect(request(t.client(), w -> w.flag(TurnAttribute.DONT_FRAGMENT)), 400);
        });
        s.add("tcp-reservation", "RFC 6062, 5.1", "RESERVATION-TOKEN is answered 400", t -> {
            allocated(t);
            expect(request(t.client(), w -> w.int64(TurnAttribute.RESERVATION_TOKEN, 1)), 400);
        });
    }

    private static Answer connect(Client c, TransportAddress peer) throws Exception {
        if (c.nonce().length == 0) {
            c.challenge();
        }
        byte[] request = c.request(TurnAttribute.METHOD_CONNECT, w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer), Client.CLASSIC);
        c.link().send(request);
        Answer a = c.await(request, CONNECT_MILLIS);
        check(a != null, "no answer");
        return Objects.requireNonNull(a);
    }

    /** A connection between a client and a peer. */
    private record Pair(Trial.Allocated control, Network.Stream client, Network.Stream peer) {}

    private static Network.Stream joined(Trial t, Client control, long id) throws Exception {
        Client data = t.client().like(control);
        expect(data.ask(TurnAttribute.METHOD_CONNECTION_BIND, w -> w.int32(TurnAttribute.CONNECTION_ID, id)), 0);
        return t.network().bytes(data.link());
    }

    private static long id(Answer a) throws Exception {
        long id = a.message().unsignedInt(TurnAttribute.CONNECTION_ID, -1);
        check(id >= 0, "there is no CONNECTION-ID");
        return id;
    }

    private static Pair pair(Trial t) throws Exception {
        Trial.Allocated a = allocated(t);
        Network.Listener listener = t.opened(t.network().listener());
        Trial.expectPermission(a.client().permit(listener.local()));
        Answer connected = connect(a.client(), listener.local());
        Trial.expectPermission(connected);
        Network.Stream peer = listener.accept(CONNECT_MILLIS);
        check(peer != null, "nobody connected to the peer");
        return new Pair(a, joined(t, a.client(), id(connected)), t.opened(Objects.requireNonNull(peer)));
    }

    private static void connect(Suite s) {
        s.add("tcp-connect", "RFC 6062, 5.2", "Connect is answered with a CONNECTION-ID", TcpProbes::pair);
        s.add("tcp-connect-refused", "RFC 6062, 5.2", "Connect to a closed port is answered 447", t -> {
            Trial.Allocated a = allocated(t);
            Network.Listener listener = t.network().listener();
            TransportAddress closed = listener.local();
            listener.close();
            Trial.expectPermission(a.client().permit(closed));
            expect(connect(a.client(), closed), 447);
        });
        s.add("tcp-connect-twice", "RFC 6062, 5.2", "a second Connect to one peer is answered 446", t -> {
            Trial.Allocated a = allocated(t);
            Network.Listener listener = t.opened(t.network().listener());
            Trial.expectPermission(a.client().permit(listener.local()));
            Trial.expectPermission(connect(a.client(), listener.local()));
            expect(connect(a.client(), listener.local()), 446);
        });
        s.add("tcp-connect-no-peer", "RFC 6062, 5.2", "Connect without XOR-PEER-ADDRESS is answered 400", t -> {
            expect(allocated(t).client().ask(TurnAttribute.METHOD_CONNECT, w -> {}), 400);
        });
        s.add("tcp-connect-no-allocation", "RFC 6062, 5.2", "Connect without an allocation is answered 437", t -> {
            allocated(t);
            Network.Listener listener = t.opened(t.network().listener());
            expect(connect(t.client(), listener.local()), 437);
        });
        s.add("tcp-connect-forbidden", "RFC 6062, 5.2", "Connect to a multicast address is refused", t -> {
            TransportAddress group = TransportAddress.parse(t.peerIsIpv4() ? "224.0.0.1:9" : "[ff02::1]:9");
            check(!connect(allocated(t).client(), Objects.requireNonNull(group)).success(), "it is granted");
        });
    }

    private static void bind(Suite s) {
        s.add("tcp-data-out", "RFC 6062, 5.4", "what the client sends comes to the peer", t -> {
            Pair p = pair(t);
            p.client().write(text("to the peer"));
            check(Arrays.equals(p.peer().read(11, CONNECT_MILLIS), text("to the peer")), "something else came");
        });
        s.add("tcp-data-in", "RFC 6062, 5.4", "what the peer sends comes to the client", t -> {
            Pair p = pair(t);
            p.peer().write(text("to the client"));
            check(Arrays.equals(p.client().read(13, CONNECT_MILLIS), text("to the client")), "something else came");
        });
        s.add("tcp-data-much", "RFC 6062, 5.4", "half a megabyte passes unharmed", t -> {
            Pair p = pair(t);
            byte[] much = new byte[512 << 10];
            for (int i = 0; i < much.length; i++) {
                much[i] = (byte) (i * 31 >> 3);
            }
            p.peer().write(much);
            check(Arrays.equals(p.client().read(much.length, CONNECT_MILLIS), much), "something else came");
        });
        s.add("tcp-client-closes", "RFC 6062, 5.5", "when the client closes, the peer's connection is closed", t -> {
            Pair p = pair(t);
            p.client().close();
            check(p.peer().ended(CONNECT_MILLIS), "it is not");
        });
        s.add("tcp-peer-closes", "RFC 6062, 5.5", "when the peer closes, the client's connection is closed", t -> {
            Pair p = pair(t);
            p.peer().close();
            check(p.client().ended(CONNECT_MILLIS), "it is not");
        });
        s.add("tcp-allocation-ends", "RFC 6062, 5.5", "when the allocation ends, its connections are closed", t -> {
            Pair p = pair(t);
            expect(p.control().client().refresh(0), 0);
            check(p.peer().ended(CONNECT_MILLIS), "the peer's is not");
        });
        s.add("tcp-bind-unknown", "RFC 6062, 5.4", "ConnectionBind with an unknown id is answered 400", t -> {
            allocated(t);
            expect(t.client().ask(TurnAttribute.METHOD_CONNECTION_BIND, w -> w.int32(TurnAttribute.CONNECTION_ID, 0x12345678)), 400);
        });
        s.add("tcp-bind-no-id", "RFC 6062, 5.4", "ConnectionBind without an id is answered 400", t -> {
            allocated(t);
            expect(t.client().ask(TurnAttribute.METHOD_CONNECTION_BIND, w -> {}), 400);
        });
        s.add("tcp-bind-twice", "RFC 6062, 5.4", "a connection can be bound once", t -> {
            Trial.Allocated a = allocated(t);
            Network.Listener listener = t.opened(t.network().listener());
            Trial.expectPermission(a.client().permit(listener.local()));
            long id = id(connect(a.client(), listener.local()));
            joined(t, a.client(), id);
            expect(t.client().ask(TurnAttribute.METHOD_CONNECTION_BIND, w -> w.int32(TurnAttribute.CONNECTION_ID, id)), 400);
        });
        s.add("tcp-bind-other-user", "RFC 6062, 5.4", "another user cannot bind a connection", t -> {
            Trial.Allocated a = allocated(t);
            Network.Listener listener = t.opened(t.network().listener());
            Trial.expectPermission(a.client().permit(listener.local()));
            long id = id(connect(a.client(), listener.local()));
            check(!t.stranger().ask(TurnAttribute.METHOD_CONNECTION_BIND, w -> w.int32(TurnAttribute.CONNECTION_ID, id)).success(),
                    "it can");
        });
    }

    private static void incoming(Suite s) {
        s.add("tcp-attempt", "RFC 6062, 5.3", "a peer's connection is told of by a ConnectionAttempt indication, and can be bound", t -> {
            Trial.Allocated a = allocated(t);
            Network.Peer host = t.peer();
            Trial.expectPermission(a.client().permit(host.local()));
            Network.Stream peer = t.network().connect(a.relayed());
            check(peer != null, "the peer cannot connect");
            t.opened(Objects.requireNonNull(peer));
            Answer attempt = a.client().indication(CONNECT_MILLIS);
            check(attempt != null, "there is no indication");
            Answer came = Objects.requireNonNull(attempt);
            check(came.message().method() == TurnAttribute.METHOD_CONNECTION_ATTEMPT && came.has(TurnAttribute.XOR_PEER_ADDRESS),
                    "it is another one");
            Network.Stream client = joined(t, a.client(), id(came));
            peer.write(text("knock"));
            check(Arrays.equals(client.read(5, CONNECT_MILLIS), text("knock")), "something else came");
        });
        s.add("tcp-attempt-early-data", "RFC 6062, 5.3", "what a peer sends before it is bound is kept", t -> {
            Trial.Allocated a = allocated(t);
            Network.Peer host = t.peer();
            Trial.expectPermission(a.client().permit(host.local()));
            Network.Stream peer = t.network().connect(a.relayed());
            check(peer != null, "the peer cannot connect");
            t.opened(Objects.requireNonNull(peer)).write(text("early"));
            Answer attempt = a.client().indication(CONNECT_MILLIS);
            check(attempt != null, "there is no indication");
            Network.Stream client = joined(t, a.client(), id(Objects.requireNonNull(attempt)));
            check(Arrays.equals(client.read(5, CONNECT_MILLIS), text("early")), "something else came");
        });
        s.add("tcp-no-permission", "RFC 6062, 5.3", "a peer without a permission is turned away", t -> {
            Trial.Allocated a = allocated(t);
            Network.Stream peer = t.network().connect(a.relayed());
            check(peer == null || t.opened(peer).ended(CONNECT_MILLIS), "it is not");
            Trial.nothingComes(a.client());
        });
    }
}
