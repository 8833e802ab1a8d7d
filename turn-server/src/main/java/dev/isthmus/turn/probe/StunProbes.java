package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;

import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/** What RFC 8489 asks of every server, shown by Binding requests. */
final class StunProbes {
    /** Comprehension-required types that nobody has assigned. */
    static final int UNKNOWN = 0x7E57;
    static final int UNKNOWN_TOO = 0x7E58;
    /** A comprehension-optional one. */
    static final int OPTIONAL = 0xFE57;

    private StunProbes() {}

    static void addTo(Suite s) {
        answers(s);
        attributes(s);
        discarded(s);
        malformed(s);
    }

    private static byte[] binding(Client client, Consumer<StunWriter> attributes) {
        return client.request(StunType.BINDING, attributes, Client.NONE);
    }

    private static byte[] changed(byte[] message, int at, int value) {
        byte[] copy = message.clone();
        copy[at] = (byte) value;
        return copy;
    }

    private static void answers(Suite s) {
        s.add("stun-binding", "RFC 8489, 6.3.1", "a Binding request is answered with success", t -> {
            Client c = t.client();
            c.expect(binding(c, w -> {}), 0);
        });
        s.add("stun-method", "RFC 8489, 5", "the answer has the request's method and begins with two zero bits", t -> {
            Client c = t.client();
            Answer a = c.exchange(binding(c, w -> {}));
            check(a.message().method() == StunType.BINDING && (a.bytes()[0] & 0xC0) == 0, "the type is " + a.message().type());
        });
        s.add("stun-length", "RFC 8489, 5", "the answer's length is a multiple of four and fits the message", t -> {
            Client c = t.client();
            byte[] a = c.exchange(binding(c, w -> {})).bytes();
            int length = ByteBuffer.wrap(a).getShort(2) & 0xffff;
            check(length % 4 == 0 && length + 20 == a.length, "it says " + length + " of " + a.length + " bytes");
        });
        s.add("stun-cookie", "RFC 8489, 5", "the answer has the magic cookie", t -> {
            Client c = t.client();
            check(ByteBuffer.wrap(c.exchange(binding(c, w -> {})).bytes()).getInt(4) == 0x2112A442, "another cookie");
        });
        s.add("stun-mapped", "RFC 8489, 6.3.3", "XOR-MAPPED-ADDRESS is the client's address", t -> {
            Client c = t.client();
            Answer a = c.exchange(binding(c, w -> {}));
            check(c.link().local().equals(a.address(StunAttribute.XOR_MAPPED_ADDRESS)),
                    "it is " + a.address(StunAttribute.XOR_MAPPED_ADDRESS) + ", the client's is " + c.link().local());
        });
        s.add("stun-repeated", "RFC 8489, 6.3.1", "a repeated request gets the same answer", t -> {
            Client c = t.client();
            byte[] request = binding(c, w -> {});
            check(Arrays.equals(c.exchange(request).bytes(), c.exchange(request).bytes()), "the answers differ");
        });
        s.add("stun-several", "RFC 8489, 6.3.1", "several requests of one client are answered, each with its own transaction id", t -> {
            Client c = t.client();
            for (int i = 0; i < 5; i++) {
                c.expect(binding(c, w -> {}), 0);
            }
        });
        s.add("stun-no-credentials", "RFC 8489, 9", "a Binding request needs no credentials", t -> {
            Client c = t.client();
            check(c.exchange(binding(c, w -> {})).code() != 401, "it was answered 401");
        });
    }

    private static void attributes(Suite s) {
        s.add("stun-unknown-required", "RFC 8489, 6.3.1", "an unknown comprehension-required attribute is answered 420", t -> {
            Client c = t.client();
            c.expect(binding(c, w -> w.int32(UNKNOWN, 1)), 420);
        });
        s.add("stun-unknown-listed", "RFC 8489, 6.3.1", "420 lists the unknown attribute", t -> {
            Client c = t.client();
            check(c.exchange(binding(c, w -> w.int32(UNKNOWN, 1))).listsUnknown(UNKNOWN), "it does not");
        });
        s.add("stun-unknown-all-listed", "RFC 8489, 14.9", "420 lists every unknown attribute", t -> {
            Client c = t.client();
            Answer a = c.exchange(binding(c, w -> w.int32(UNKNOWN, 1).flag(UNKNOWN_TOO)));
            check(a.listsUnknown(UNKNOWN) && a.listsUnknown(UNKNOWN_TOO), "it does not");
        });
        s.add("stun-unknown-optional", "RFC 8489, 6.3.1", "an unknown comprehension-optional attribute is ignored", t -> {
            Client c = t.client();
            c.expect(binding(c, w -> w.int32(OPTIONAL, 1)), 0);
        });
        s.add("stun-optional-not-listed", "RFC 8489, 14.9", "420 lists no attribute that may be ignored", t -> {
            Client c = t.client();
            Answer a = c.exchange(binding(c, w -> w.int32(OPTIONAL, 1).int32(UNKNOWN, 1)));
            expect(a, 420);
            check(!a.listsUnknown(OPTIONAL), "it does");
        });
        s.add("stun-padding", "RFC 8489, 14", "the padding of an attribute may have any value", t -> {
            Client c = t.client();
            byte[] request = binding(c, w -> w.text(StunAttribute.SOFTWARE, "abcde"));
            c.expect(changed(changed(request, request.length - 1, 0x5A), request.length - 2, 0xA5), 0);
        });
        s.add("stun-empty-attribute", "RFC 8489, 14", "an attribute may be empty", t -> {
            Client c = t.client();
            c.expect(binding(c, w -> w.flag(OPTIONAL)), 0);
        });
        s.add("stun-error-code", "RFC 8489, 14.8", "ERROR-CODE has a class from 3 to 6 and zeros in front", t -> {
            Client c = t.client();
            Answer a = c.exchange(binding(c, w -> w.int32(UNKNOWN, 1)));
            int at = a.message().find(StunAttribute.ERROR_CODE);
            check(at >= 0, "there is none");
            int head = a.message().buffer().getInt(at);
            check(head >>> 11 == 0 && (head >> 8 & 7) >= 3 && (head >> 8 & 7) <= 6 && (head & 0xff) < 100, Integer.toHexString(head));
        });
        s.add("stun-reason-phrase", "RFC 8489, 14.8", "the reason phrase has fewer than 128 characters", t -> {
            Client c = t.client();
            check(c.exchange(binding(c, w -> w.int32(UNKNOWN, 1))).length(StunAttribute.ERROR_CODE) <= 4 + 763, "it is longer");
        });
        s.add("stun-fingerprint", "RFC 8489, 14.7", "a request with FINGERPRINT is answered, and a FINGERPRINT in the answer is right",
                t -> {
                    Client c = t.client();
                    // The reader takes no message whose FINGERPRINT is wrong.
                    c.expect(binding(c, StunWriter::fingerprint), 0);
                });
    }

    private static void discarded(Suite s) {
        s.add("stun-wrong-fingerprint", "RFC 8489, 6.3", "a message with a wrong FINGERPRINT is discarded", t -> {
            Client c = t.client();
            byte[] request = binding(c, StunWriter::fingerprint);
            c.silence(changed(request, request.length - 1, request[request.length - 1] ^ 1));
        });
        s.add("stun-indication", "RFC 8489, 6.3.2", "a Binding indication is not answered", t -> {
            Client c = t.client();
            c.silence(c.build(StunType.of(StunType.BINDING, StunType.INDICATION), w -> {}, Client.NONE));
        });
        s.add("stun-response", "RFC 8489, 6.3.3", "a success response that nobody asked for is discarded", t -> {
            Client c = t.client();
            c.silence(c.build(StunType.of(StunType.BINDING, StunType.SUCCESS), w -> {}, Client.NONE));
        });
        s.add("stun-error-response", "RFC 8489, 6.3.4", "an error response that nobody asked for is discarded", t -> {
            Client c = t.client();
            c.silence(c.build(StunType.of(StunType.BINDING, StunType.ERROR), w -> w.error(400, "Bad Request"), Client.NONE));
        });
        s.add("stun-unknown-method", "RFC 8489, 6.3", "a request of an unknown method gets no success", t -> {
            Client c = t.client();
            byte[] request = c.request(0x7F, w -> {}, Client.NONE);
            c.link().send(request);
            Answer a = c.await(request, Client.SILENCE_MILLIS);
            check(a == null || !a.success(), "it was answered with success");
        });
        s.add("stun-first-bits", "RFC 8489, 6.3", "a message that does not begin with two zero bits is discarded", t -> {
            Client c = t.client();
            byte[] request = binding(c, w -> {});
            c.silence(changed(request, 0, request[0] | 0x80));
        });
    }

    private static void malformed(Suite s) {
        s.add("stun-truncated-head", "RFC 8489, 6.3", "a header that is cut off is discarded", t -> {
            Client c = t.client();
            c.silence(Arrays.copyOf(binding(c, w -> {}), 16));
        });
        s.add("stun-length-odd", "RFC 8489, 6.3", "a length that is no multiple of four is discarded", t -> {
            Client c = t.client();
            c.silence(changed(binding(c, w -> w.int32(OPTIONAL, 1)), 3, 7));
        });
        s.add("stun-length-long", "RFC 8489, 6.3", "a length beyond the message is discarded", t -> {
            Client c = t.client();
            c.silence(changed(binding(c, w -> w.int32(OPTIONAL, 1)), 3, 16));
        });
        s.add("stun-attribute-long", "RFC 8489, 6.3", "an attribute that claims more than the message has gets no success", t -> {
            Client c = t.client();
            byte[] request = changed(binding(c, w -> w.int32(OPTIONAL, 1)), 23, 64);
            c.link().send(request);
            Answer a = c.await(request, Client.SILENCE_MILLIS);
            check(a == null || !a.success(), "it was answered with success");
        });
        s.add("stun-after-garbage", "RFC 8489, 6.3", "garbage does not disturb the next client", t -> {
            Client first = t.client();
            first.link().raw(new byte[]{(byte) 0xFF, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19});
            Client c = t.client();
            c.expect(binding(c, w -> {}), 0);
        });
    }
}
