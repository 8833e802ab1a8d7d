package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.expect;
import static dev.isthmus.turn.probe.Trial.text;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.turn.TurnAttribute;
import java.util.Arrays;
import java.util.Objects;

/** Channels (RFC 8656, section 12). */
final class ChannelProbes {
    private static final int CHANNEL = 0x4000;

    private ChannelProbes() {}

    static void addTo(Suite s) {
        requests(s);
        numbers(s);
        conflicts(s);
        data(s);
        malformed(s);
    }

    private static void requests(Suite s) {
        s.add("channel", "RFC 8656, 12.2", "a ChannelBind request is answered with success", t -> t.bound(CHANNEL));
        s.add("channel-no-number", "RFC 8656, 12.2", "no CHANNEL-NUMBER is answered 400", t -> {
            Network.Peer peer = t.peer();
            expect(t.allocated().client().ask(TurnAttribute.METHOD_CHANNEL_BIND,
                    w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer.local())), 400);
        });
        s.add("channel-no-peer", "RFC 8656, 12.2", "no XOR-PEER-ADDRESS is answered 400", t -> {
            expect(t.allocated().client().ask(TurnAttribute.METHOD_CHANNEL_BIND,
                    w -> w.int32(TurnAttribute.CHANNEL_NUMBER, (long) CHANNEL << 16)), 400);
        });
        s.add("channel-no-allocation", "RFC 8656, 5", "ChannelBind without an allocation is answered 437", t -> {
            Network.Peer peer = t.peer();
            expect(t.client().bind(CHANNEL, peer.local()), 437);
        });
        s.add("channel-other-family", "RFC 8656, 12.2", "a peer of another family than the relayed address is answered 443", t -> {
            TransportAddress other = TransportAddress.parse(t.peerIsIpv4() ? "[2001:4860:4860::8888]:9" : "8.8.8.8:9");
            expect(t.allocated().client().bind(CHANNEL, Objects.requireNonNull(other)), 443);
        });
        s.add("channel-forbidden", "RFC 8656, 12.2", "a channel to a multicast address is refused", t -> {
            TransportAddress group = TransportAddress.parse(t.peerIsIpv4() ? "224.0.0.1:9" : "[ff02::1]:9");
            Trial.check(!t.allocated().client().bind(CHANNEL, Objects.requireNonNull(group)).success(), "it is granted");
        });
        s.add("channel-unknown-attribute", "RFC 8489, 6.3.1", "an unknown attribute is answered 420", t -> {
            Network.Peer peer = t.peer();
            expect(t.allocated().client().ask(TurnAttribute.METHOD_CHANNEL_BIND,
                    w -> w.int32(TurnAttribute.CHANNEL_NUMBER, (long) CHANNEL << 16).int32(StunProbes.UNKNOWN, 1)
                            .xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer.local())),
                    420);
        });
    }

    private static void numbers(Suite s) {
        for (int number : new int[]{0, 0x3FFF, 0x8000, 0xFFFF}) {
            s.add("channel-number-" + Integer.toHexString(number), "RFC 8656, 12.2", "a number outside the range is answered 400: 0x"
                    + Integer.toHexString(number), t -> {
                        Network.Peer peer = t.peer();
                        expect(t.allocated().client().bind(number, peer.local()), 400);
                    });
        }
        for (int number : new int[]{0x4000, 0x4FFF}) {
            s.add("channel-number-" + Integer.toHexString(number), "RFC 8656, 12", "the ends of the range can be bound: 0x"
                    + Integer.toHexString(number), t -> {
                        Trial.Permitted p = t.bound(number);
                        p.client().channel(number, text("range"));
                        Trial.arrives(p, text("range"));
                    });
        }
        s.add("channel-several", "RFC 8656, 12", "one allocation may have several channels", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            Network.Peer other = t.peer();
            expect(p.client().bind(CHANNEL + 1, other.local()), 0);
            p.client().channel(CHANNEL, text("one"));
            Trial.arrives(p, text("one"));
            p.client().channel(CHANNEL + 1, text("two"));
            Trial.arrives(new Trial.Permitted(p.client(), p.relayed(), other), text("two"));
        });
        s.add("channel-of-allocation", "RFC 8656, 12", "two clients may use one number", t -> {
            Trial.Permitted one = t.bound(CHANNEL);
            Trial.Permitted two = t.bound(CHANNEL);
            one.client().channel(CHANNEL, text("one"));
            Trial.arrives(one, text("one"));
            two.client().channel(CHANNEL, text("two"));
            Trial.arrives(two, text("two"));
        });
    }

    private static void conflicts(Suite s) {
        s.add("channel-again", "RFC 8656, 12.2", "the same binding can be asked for again", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            expect(p.client().bind(CHANNEL, p.peer().local()), 0);
        });
        s.add("channel-other-peer", "RFC 8656, 12.2", "a number that is bound to another peer is answered 400", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            Network.Peer other = t.peer();
            expect(p.client().bind(CHANNEL, other.local()), 400);
        });
        s.add("channel-other-number", "RFC 8656, 12.2", "a peer that is bound to another number is answered 400", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            expect(p.client().bind(CHANNEL + 1, p.peer().local()), 400);
        });
        s.add("channel-conflict-keeps", "RFC 8656, 12.2", "the first binding outlives a conflict", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            Network.Peer other = t.peer();
            expect(p.client().bind(CHANNEL, other.local()), 400);
            p.client().channel(CHANNEL, text("first"));
            Trial.arrives(p, text("first"));
        });
    }

    private static void data(Suite s) {
        for (int size : new int[]{0, 1, 2, 3, 1200}) {
            s.add("channel-out-" + size, "RFC 8656, 12.6", "ChannelData with " + size + " bytes goes to the peer exactly", t -> {
                Trial.Permitted p = t.bound(CHANNEL);
                byte[] data = new byte[size];
                Arrays.fill(data, (byte) size);
                p.client().channel(CHANNEL, data);
                Trial.arrives(p, data);
            });
            s.add("channel-in-" + size, "RFC 8656, 12.7", "a peer's packet of " + size + " bytes comes as ChannelData", t -> {
                Trial.Permitted p = t.bound(CHANNEL);
                byte[] data = new byte[size];
                Arrays.fill(data, (byte) size);
                p.peer().send(p.relayed(), data);
                Trial.channelled(p.client(), CHANNEL, data);
            });
        }
        s.add("channel-permission", "RFC 8656, 12.2", "a binding is a permission for the peer's host too", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            Network.Peer other = t.peer();
            other.send(p.relayed(), text("another port"));
            Trial.indicated(p.client(), other.local(), text("another port"));
        });
        s.add("channel-and-send", "RFC 8656, 12", "a Send indication still goes to a bound peer", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            p.client().send(p.peer().local(), text("by indication"));
            Trial.arrives(p, text("by indication"));
        });
        s.add("channel-silent", "RFC 8656, 12.6", "ChannelData is not answered", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            p.client().channel(CHANNEL, text("no answer"));
            Trial.nothingComes(p.client());
        });
        s.add("channel-and-binding", "RFC 8656, 5", "a Binding request between ChannelData is answered", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            p.client().channel(CHANNEL, text("before"));
            Answer a = p.client().exchange(p.client().request(1, w -> {}, Client.NONE));
            Trial.check(a.has(StunAttribute.XOR_MAPPED_ADDRESS), "it is not");
            Trial.arrives(p, text("before"));
        });
    }

    private static void malformed(Suite s) {
        s.add("channel-unbound", "RFC 8656, 12.6", "ChannelData on a number that is not bound is discarded", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            p.client().channel(CHANNEL + 1, text("unbound"));
            Trial.nothingArrives(p.peer());
        });
        s.add("channel-length-lies", "RFC 8656, 12.6", "ChannelData whose length exceeds the datagram is discarded", t -> {
            if (t.network().stream()) {
                throw new Probe.NotOffered("on a stream the rest is waited for");
            }
            Trial.Permitted p = t.bound(CHANNEL);
            byte[] message = Client.channelData(CHANNEL, text("short"));
            message[3] = 50;
            p.client().link().send(message);
            Trial.nothingArrives(p.peer());
        });
        s.add("channel-padded", "RFC 8656, 12.5", "what stands behind the length is padding and does not reach the peer", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            byte[] message = Client.channelData(CHANNEL, text("abcde"));
            p.client().link().send(Arrays.copyOf(message, message.length + 3));
            Trial.arrives(p, text("abcde"));
        });
        s.add("channel-no-allocation-data", "RFC 8656, 12.6", "ChannelData of a client without an allocation is discarded", t -> {
            Network.Peer peer = t.peer();
            Client c = t.client();
            c.channel(CHANNEL, text("nobody"));
            Trial.nothingArrives(peer);
        });
        s.add("channel-after-end", "RFC 8656, 12.6", "after the allocation's end ChannelData is discarded", t -> {
            Trial.Permitted p = t.bound(CHANNEL);
            expect(p.client().refresh(0), 0);
            p.client().channel(CHANNEL, text("too late"));
            Trial.nothingArrives(p.peer());
        });
    }
}
