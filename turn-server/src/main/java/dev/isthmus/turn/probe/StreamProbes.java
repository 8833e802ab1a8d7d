package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.text;

import dev.isthmus.ice.stun.StunType;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** TURN over TCP and TLS (RFC 8489, section 6.2.2; RFC 8656, sections 3.1 and 12.5). */
final class StreamProbes {
    private static final int CHANNEL = 0x4000;

    private StreamProbes() {}

    static void addTo(Suite s) {
        framing(s);
        ends(s);
    }

    private static void stream(Trial t) throws Exception {
        if (!t.network().stream()) {
            throw new Probe.NotOffered("this transport is no stream");
        }
    }

    private static byte[] binding(Client c) {
        return c.request(StunType.BINDING, w -> {}, Client.NONE);
    }

    private static void framing(Suite s) {
        s.add("stream-bytewise", "RFC 8489, 6.2.2", "a message may come byte by byte", t -> {
            stream(t);
            Client c = t.client();
            byte[] request = binding(c);
            for (byte b : request) {
                c.link().raw(new byte[]{b});
            }
            check(c.await(request, 4 * Client.ANSWER_MILLIS) != null, "no answer");
        });
        s.add("stream-together", "RFC 8489, 6.2.2", "two messages may come together", t -> {
            stream(t);
            Client c = t.client();
            byte[] one = binding(c);
            byte[] two = binding(c);
            byte[] both = Arrays.copyOf(one, one.length + two.length);
            System.arraycopy(two, 0, both, one.length, two.length);
            c.link().raw(both);
            check(c.await(one, 4 * Client.ANSWER_MILLIS) != null, "no answer to the first");
            check(c.await(two, 4 * Client.ANSWER_MILLIS) != null, "no answer to the second");
        });
        s.add("stream-channel-padded", "RFC 8656, 12.5", "ChannelData is padded to four bytes, both ways", t -> {
            stream(t);
            Trial.Permitted p = t.bound(CHANNEL);
            p.peer().send(p.relayed(), text("abcde"));
            byte[] first = p.client().next(4 * Client.ANSWER_MILLIS);
            check(first != null && first.length % 4 == 0, "what came is not padded");
            p.client().channel(CHANNEL, text("fghij"));
            Trial.arrives(p, text("fghij"));
        });
        s.add("stream-channel-cut", "RFC 8656, 12.5", "ChannelData may be cut anywhere", t -> {
            stream(t);
            Trial.Permitted p = t.bound(CHANNEL);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 3; i++) {
                byte[] message = Client.channelData(CHANNEL, text("part" + i));
                all.writeBytes(Arrays.copyOf(message, message.length + 3 & ~3));
            }
            for (int at = 0; at < all.size(); at += 5) {
                p.client().link().raw(Arrays.copyOfRange(all.toByteArray(), at, Math.min(all.size(), at + 5)));
            }
            for (int i = 0; i < 3; i++) {
                Trial.arrives(p, text("part" + i));
            }
        });
        s.add("stream-order", "RFC 8656, 12.6", "requests and ChannelData are taken in their order", t -> {
            stream(t);
            Trial.Permitted p = t.bound(CHANNEL);
            for (int i = 0; i < 50; i++) {
                p.client().channel(CHANNEL, text("packet " + i));
                check(p.client().tryExchange(binding(p.client())) != null, "no answer");
                Trial.arrives(p, text("packet " + i));
            }
        });
    }

    private static void ends(Suite s) {
        s.add("stream-garbage", "RFC 8489, 6.2.2", "what is neither STUN nor ChannelData is not answered", t -> {
            stream(t);
            Client c = t.client();
            c.link().raw(text("GET / HTTP/1.1\r\nHost: turn\r\n\r\n"));
            check(c.link().receive(Client.SILENCE_MILLIS) == null, "it was answered");
        });
        s.add("stream-close", "RFC 8656, 3.1", "what a peer sends after the connection has closed harms nobody", t -> {
            stream(t);
            Trial.Permitted p = t.permitted();
            p.client().close();
            p.peer().send(p.relayed(), text("too late"));
            check(t.client().exchange(binding(t.client())).success(), "the server does not answer any more");
        });
    }
}
