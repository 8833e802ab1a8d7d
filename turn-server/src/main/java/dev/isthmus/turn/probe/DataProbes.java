package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.text;

import dev.isthmus.ice.turn.TurnAttribute;
import java.util.Arrays;
import java.util.Objects;

/** Send and Data indications (RFC 8656, section 11). */
final class DataProbes {
    private DataProbes() {}

    static void addTo(Suite s) {
        send(s);
        sizes(s);
        incomplete(s);
        data(s);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 7 + count);
        }
        return bytes;
    }

    private static void send(Suite s) {
        s.add("send", "RFC 8656, 11.2", "a Send indication's data goes to the peer from the relayed address", t -> {
            Trial.Permitted p = t.permitted();
            p.client().send(p.peer().local(), text("from the client"));
            Trial.arrives(p, text("from the client"));
        });
        s.add("send-silent", "RFC 8656, 11.2", "a Send indication is not answered", t -> {
            Trial.Permitted p = t.permitted();
            p.client().send(p.peer().local(), text("no answer"));
            Trial.nothingComes(p.client());
        });
        s.add("send-unsigned", "RFC 8656, 11", "a Send indication needs no integrity, and may have a FINGERPRINT", t -> {
            Trial.Permitted p = t.permitted();
            p.client().link().send(p.client().sendIndication(w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, p.peer().local())
                    .bytes(TurnAttribute.DATA, text("fingerprint")).fingerprint()));
            Trial.arrives(p, text("fingerprint"));
        });
        s.add("send-dont-fragment", "RFC 8656, 11.2", "a Send indication with DONT-FRAGMENT is relayed", t -> {
            Trial.Permitted p = t.permitted();
            p.client().link().send(p.client().sendIndication(w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, p.peer().local())
                    .flag(TurnAttribute.DONT_FRAGMENT).bytes(TurnAttribute.DATA, text("whole"))));
            Trial.arrives(p, text("whole"));
        });
        s.add("send-order", "RFC 8656, 11.2", "a hundred packets come in their order", t -> {
            Trial.Permitted p = t.permitted();
            for (int i = 0; i < 100; i++) {
                p.client().send(p.peer().local(), bytes(100 + i));
                Trial.arrives(p, bytes(100 + i));
            }
        });
    }

    private static void sizes(Suite s) {
        for (int size : new int[]{0, 1, 2, 3, 4, 1200}) {
            s.add("send-" + size, "RFC 8656, 11.2", "a Send indication with " + size + " bytes of data is relayed exactly", t -> {
                Trial.Permitted p = t.permitted();
                p.client().send(p.peer().local(), bytes(size));
                Trial.arrives(p, bytes(size));
            });
            s.add("data-" + size, "RFC 8656, 11.3", "a peer's packet of " + size + " bytes comes exactly", t -> {
                Trial.Permitted p = t.permitted();
                p.peer().send(p.relayed(), bytes(size));
                Trial.indicated(p.client(), p.peer().local(), bytes(size));
            });
        }
    }

    private static void incomplete(Suite s) {
        s.add("send-no-data", "RFC 8656, 11.2", "a Send indication without DATA is discarded", t -> {
            Trial.Permitted p = t.permitted();
            p.client().link().send(p.client().sendIndication(w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, p.peer().local())));
            Trial.nothingArrives(p.peer());
        });
        s.add("send-no-peer", "RFC 8656, 11.2", "a Send indication without XOR-PEER-ADDRESS is discarded", t -> {
            Trial.Permitted p = t.permitted();
            p.client().link().send(p.client().sendIndication(w -> w.bytes(TurnAttribute.DATA, text("to whom"))));
            Trial.nothingArrives(p.peer());
        });
        s.add("send-unknown-attribute", "RFC 8489, 6.3.2", "an indication with an unknown attribute that must be understood is discarded",
                t -> {
                    Trial.Permitted p = t.permitted();
                    p.client().link().send(p.client().sendIndication(w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, p.peer().local())
                            .int32(StunProbes.UNKNOWN, 1).bytes(TurnAttribute.DATA, text("unknown"))));
                    Trial.nothingArrives(p.peer());
                });
        s.add("send-optional-attribute", "RFC 8489, 6.3.2", "one that may be ignored is", t -> {
            Trial.Permitted p = t.permitted();
            p.client().link().send(p.client().sendIndication(w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, p.peer().local())
                    .int32(StunProbes.OPTIONAL, 1).bytes(TurnAttribute.DATA, text("optional"))));
            Trial.arrives(p, text("optional"));
        });
        s.add("send-no-allocation", "RFC 8656, 11.2", "a Send indication without an allocation is discarded", t -> {
            Network.Peer peer = t.peer();
            Client c = t.client();
            c.send(peer.local(), text("nobody"));
            Trial.nothingArrives(peer);
            Trial.nothingComes(c);
        });
    }

    private static void data(Suite s) {
        s.add("data-unsigned", "RFC 8656, 11.3", "a Data indication has no integrity", t -> {
            Trial.Permitted p = t.permitted();
            p.peer().send(p.relayed(), text("unsigned"));
            Answer a = p.client().indication(4 * Client.ANSWER_MILLIS);
            check(a != null, "none came");
            check(!Objects.requireNonNull(a).signed(), "it has");
        });
        s.add("data-to-owner", "RFC 8656, 11.3", "a peer's packet comes to nobody but the owner of the relayed address", t -> {
            Trial.Permitted p = t.permitted();
            Trial.Allocated other = t.allocated();
            p.peer().send(p.relayed(), text("yours"));
            Trial.indicated(p.client(), p.peer().local(), text("yours"));
            Trial.nothingComes(other.client());
        });
        s.add("data-two-peers", "RFC 8656, 11.3", "packets of two peers are told apart", t -> {
            Trial.Permitted p = t.permitted();
            Network.Peer other = t.peer();
            p.peer().send(p.relayed(), text("one"));
            Trial.indicated(p.client(), p.peer().local(), text("one"));
            other.send(p.relayed(), text("two"));
            Trial.indicated(p.client(), other.local(), text("two"));
        });
        s.add("data-looks-like-stun", "RFC 8656, 11.3", "a peer's packet that looks like STUN is data", t -> {
            Trial.Permitted p = t.permitted();
            byte[] stun = p.client().request(1, w -> {}, Client.NONE);
            p.peer().send(p.relayed(), stun);
            Trial.indicated(p.client(), p.peer().local(), stun);
        });
        s.add("send-looks-like-channel", "RFC 8656, 11.2", "data that looks like ChannelData is data", t -> {
            Trial.Permitted p = t.permitted();
            byte[] channel = Client.channelData(0x4000, text("x"));
            p.client().send(p.peer().local(), channel);
            Trial.arrives(p, channel);
            check(Arrays.equals(channel, Client.channelData(0x4000, text("x"))), "it was changed");
        });
        s.add("relay-to-relay", "RFC 8656, 3.3", "two clients reach each other by their relayed addresses", t -> {
            Trial.Allocated one = t.allocated();
            Trial.Allocated two = t.allocated();
            Trial.expectPermission(one.client().permit(two.relayed()));
            Trial.expectPermission(two.client().permit(one.relayed()));
            one.client().send(two.relayed(), text("relay to relay"));
            Trial.indicated(two.client(), one.relayed(), text("relay to relay"));
        });
    }
}
