package dev.isthmus.turn.probe;

import static dev.isthmus.ice.turn.TurnAttribute.METHOD_ALLOCATE;
import static dev.isthmus.ice.turn.TurnAttribute.METHOD_CHANNEL_BIND;
import static dev.isthmus.ice.turn.TurnAttribute.METHOD_CREATE_PERMISSION;
import static dev.isthmus.ice.turn.TurnAttribute.METHOD_DATA;
import static dev.isthmus.ice.turn.TurnAttribute.METHOD_REFRESH;
import static dev.isthmus.ice.turn.TurnAttribute.METHOD_SEND;

import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.turn.TurnAttribute;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Faults as servers have had them, each with the probe that must notice it. */
final class Faults {
    /** A fault and who is to catch it. */
    record Seeded(String name, String probe, FaultProxy.Fault fault) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final int REQUEST = 0;
    private static final int INDICATION = 1;
    private static final int SUCCESS = 2;
    private final List<Seeded> all = new ArrayList<>();

    private Faults() {
        binding();
        challenges();
        signatures();
        allocations();
        lifetimes();
        forgiving();
        data();
        channels();
    }

    static List<Seeded> all() {
        return new Faults().all;
    }

    private interface Edit {
        void edit(Editable message, FaultProxy.Flow flow) throws Exception;
    }

    /** A fault in what the server says. */
    private void answers(String name, String probe, Predicate<Editable> which, Edit edit) {
        all.add(new Seeded(name, probe, new FaultProxy.Fault() {
            @Override
            public byte[] toClient(byte[] bytes, FaultProxy.Flow flow) {
                return edited(bytes, flow, which, edit);
            }
        }));
    }

    /** A fault in what the server makes of requests. */
    private void requests(String name, String probe, Predicate<Editable> which, Edit edit) {
        all.add(new Seeded(name, probe, new FaultProxy.Fault() {
            @Override
            public byte[] toServer(byte[] bytes, FaultProxy.Flow flow) {
                return edited(bytes, flow, which, edit);
            }
        }));
    }

    private static byte[] edited(byte[] bytes, FaultProxy.Flow flow, Predicate<Editable> which, Edit edit) {
        Editable message = Editable.of(bytes);
        if (message == null || !which.test(message)) {
            return bytes;
        }
        try {
            edit.edit(message, flow);
        } catch (java.util.NoSuchElementException e) {
            return bytes; // it has not what the fault is about
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return message.bytes(flow.key());
    }

    /** A fault in the bytes that the server sends. */
    private void bytes(String name, String probe, Predicate<Editable> which, java.util.function.UnaryOperator<byte[]> edit) {
        all.add(new Seeded(name, probe, new FaultProxy.Fault() {
            @Override
            public byte[] toClient(byte[] bytes, FaultProxy.Flow flow) {
                Editable message = Editable.of(bytes);
                return message != null && which.test(message) ? edit.apply(bytes.clone()) : bytes;
            }
        }));
    }

    private static byte[] put(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        return bytes;
    }

    private void binding() {
        Predicate<Editable> success = m -> m.is(StunType.BINDING, SUCCESS);
        Predicate<Editable> refused = m -> m.code() == 420;
        answers("a mapped port that is one too high", "stun-mapped", success,
                (m, f) -> m.value(StunAttribute.XOR_MAPPED_ADDRESS)[3] ^= 1);
        bytes("another cookie", "stun-cookie", success, b -> put(b, 4, 0));
        bytes("another method", "stun-method", success, b -> put(b, 1, 3));
        bytes("bytes behind the message", "stun-length", success, b -> Arrays.copyOf(b, b.length + 4));
        answers("420 without a list", "stun-unknown-listed", refused, (m, f) -> m.remove(StunAttribute.UNKNOWN_ATTRIBUTES));
        answers("420 lists the first only", "stun-unknown-all-listed", refused,
                (m, f) -> m.set(StunAttribute.UNKNOWN_ATTRIBUTES, Arrays.copyOf(m.value(StunAttribute.UNKNOWN_ATTRIBUTES), 2)));
        answers("an error class of 0", "stun-error-code", refused, (m, f) -> m.value(StunAttribute.ERROR_CODE)[2] = 0);
        answers("a reason of 800 bytes", "stun-reason-phrase", refused,
                (m, f) -> m.set(StunAttribute.ERROR_CODE, Arrays.copyOf(m.value(StunAttribute.ERROR_CODE), 800)));
        bytes("a wrong fingerprint", "stun-fingerprint", m -> m.fingerprint, b -> put(b, b.length - 1, b[b.length - 1] ^ 1));
        requests("unknown attributes are overlooked", "stun-unknown-required", m -> m.is(StunType.BINDING, REQUEST),
                (m, f) -> m.remove(StunProbes.UNKNOWN));
        requests("a Binding indication is taken for a request", "stun-indication", m -> m.is(StunType.BINDING, INDICATION),
                (m, f) -> m.type = StunType.BINDING);
        requests("fingerprints are not checked", "stun-wrong-fingerprint", m -> m.is(StunType.BINDING, REQUEST), (m, f) -> {});
        requests("a response is taken for a request", "stun-response", m -> m.is(StunType.BINDING, SUCCESS),
                (m, f) -> m.type = StunType.BINDING);
    }

    private void challenges() {
        Predicate<Editable> challenge = m -> m.code() == 401;
        answers("401 without REALM", "auth-challenge-realm", challenge, (m, f) -> m.remove(StunAttribute.REALM));
        answers("401 without NONCE", "auth-challenge-nonce", challenge, (m, f) -> m.remove(StunAttribute.NONCE));
        answers("401 with integrity", "auth-challenge-unsigned", challenge, (m, f) -> m.sha1 = true);
        answers("the same nonce for everybody", "auth-nonces-differ", challenge,
                (m, f) -> m.set(StunAttribute.NONCE, f.common().computeIfAbsent("nonce", n -> m.value(StunAttribute.NONCE))));
        answers("a nonce with a quote", "auth-nonce-quotable", challenge, (m, f) -> m.value(StunAttribute.NONCE)[15] = '"');
        answers("438 with the old nonce", "auth-stale-nonce-challenge", m -> m.code() == 438, (m, f) -> m.set(StunAttribute.NONCE,
                f.asked().value(StunAttribute.NONCE)));
        answers("algorithms without the cookie", "algorithms-cookie", challenge, (m, f) -> m.value(StunAttribute.NONCE)[0] = 'x');
        answers("algorithms without the cookie's bit", "algorithms-bit", challenge,
                (m, f) -> System.arraycopy("AAAA".getBytes(StandardCharsets.US_ASCII), 0, m.value(StunAttribute.NONCE), 9, 4));
        answers("a cut list of algorithms", "algorithms-sound", challenge, (m, f) -> m.set(StunAttribute.PASSWORD_ALGORITHMS,
                Arrays.copyOf(m.value(StunAttribute.PASSWORD_ALGORITHMS), 6)));
    }

    private void signatures() {
        Predicate<Editable> allocated = m -> m.is(METHOD_ALLOCATE, SUCCESS);
        answers("a success without integrity", "auth-success-signed", allocated, (m, f) -> m.sha1 = false);
        answers("an error without integrity", "auth-error-signed", m -> m.code() == 437, (m, f) -> m.sha1 = false);
        bytes("a success with a wrong integrity", "auth-unknown-attribute", m -> m.code() == 420,
                b -> put(b, b.length - 1, b[b.length - 1] ^ 1));
        answers("SHA-256 answered with SHA-1", "algorithms-answer", m -> m.sha256, (m, f) -> {
            m.sha256 = false;
            m.sha1 = true;
        });
        answers("SHA-256 answered with both", "algorithms-answer-only", m -> m.sha256, (m, f) -> m.sha1 = true);
        requests("the password is not checked", "auth-wrong-password", m -> m.sha1, (m, f) -> {});
        requests("changes under way go unnoticed", "auth-other-attributes", m -> m.sha1, (m, f) -> {});
        requests("old nonces are taken", "auth-stale-nonce", m -> m.sha1, (m, f) -> m.set(StunAttribute.NONCE, f.nonce));
        requests("USERNAME may be left out", "auth-no-username", m -> m.sha1,
                (m, f) -> m.set(StunAttribute.USERNAME, "alice".getBytes(StandardCharsets.US_ASCII)));
        requests("REALM may be left out", "auth-no-realm", m -> m.sha1,
                (m, f) -> m.set(StunAttribute.REALM, "example.org".getBytes(StandardCharsets.US_ASCII)));
        requests("every user is the same", "auth-other-user", m -> m.sha1,
                (m, f) -> m.set(StunAttribute.USERNAME, "alice".getBytes(StandardCharsets.US_ASCII)));
        requests("the cookie is not protected", "bid-down-cookie", m -> m.sha1, (m, f) -> m.set(StunAttribute.NONCE, f.nonce));
    }

    private void allocations() {
        Predicate<Editable> allocated = m -> m.is(METHOD_ALLOCATE, SUCCESS);
        Predicate<Editable> asked = m -> m.is(METHOD_ALLOCATE, REQUEST) && m.sha1;
        answers("no relayed address", "allocate-relayed", allocated, (m, f) -> m.remove(TurnAttribute.XOR_RELAYED_ADDRESS));
        answers("no mapped address", "allocate-mapped", allocated, (m, f) -> m.remove(StunAttribute.XOR_MAPPED_ADDRESS));
        answers("one relayed address for all", "allocate-differ", allocated, (m, f) -> m.set(TurnAttribute.XOR_RELAYED_ADDRESS,
                f.common().computeIfAbsent("relayed", r -> m.value(TurnAttribute.XOR_RELAYED_ADDRESS))));
        answers("a second allocation is granted", "allocate-twice", m -> m.method() == METHOD_ALLOCATE && m.code() == 437,
                (m, f) -> m.success());
        answers("the reserved port has no token", "even-port-token", allocated, (m, f) -> m.remove(TurnAttribute.RESERVATION_TOKEN));
        requests("any transport is UDP", "allocate-unknown-transport", asked, (m, f) -> m.set(TurnAttribute.REQUESTED_TRANSPORT, 17 << 24));
        requests("UDP is the default transport", "allocate-no-transport", asked,
                (m, f) -> m.set(TurnAttribute.REQUESTED_TRANSPORT, 17 << 24));
        answers("EVEN-PORT gets an odd port", "even-port", allocated, (m, f) -> {
            byte[] relayed = m.value(TurnAttribute.XOR_RELAYED_ADDRESS).clone();
            relayed[3] |= 1; // the port's last bit, which the magic cookie leaves as it is
            m.set(TurnAttribute.XOR_RELAYED_ADDRESS, relayed);
        });
        requests("the family is overlooked", "family-unknown", asked, (m, f) -> m.remove(TurnAttribute.REQUESTED_ADDRESS_FAMILY));
        requests("the second family is overlooked", "dual", asked, (m, f) -> m.remove(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY));
        requests("tokens of nobody are taken", "token-unknown", asked, (m, f) -> m.remove(TurnAttribute.RESERVATION_TOKEN));
        answers("the ticket stays the same", "mobility-new-ticket",
                m -> m.is(METHOD_REFRESH, SUCCESS) && m.has(TurnAttribute.MOBILITY_TICKET),
                (m, f) -> m.set(TurnAttribute.MOBILITY_TICKET, f.asked().value(TurnAttribute.MOBILITY_TICKET)));
    }

    private void lifetimes() {
        answers("no LIFETIME", "allocate-lifetime", m -> m.is(METHOD_ALLOCATE, SUCCESS), (m, f) -> m.remove(TurnAttribute.LIFETIME));
        answers("a LIFETIME of ten seconds", "allocate-short-lifetime", m -> m.is(METHOD_ALLOCATE, SUCCESS),
                (m, f) -> m.set(TurnAttribute.LIFETIME, 10));
        answers("any LIFETIME is granted", "refresh-long", m -> m.is(METHOD_REFRESH, SUCCESS), (m, f) -> m.set(TurnAttribute.LIFETIME, -1));
        answers("the end has a LIFETIME", "refresh-zero", m -> m.is(METHOD_REFRESH, SUCCESS), (m, f) -> m.set(TurnAttribute.LIFETIME, 600));
        requests("an allocation does not end", "refresh-zero-gone", m -> m.is(METHOD_REFRESH, REQUEST) && m.sha1,
                (m, f) -> m.set(TurnAttribute.LIFETIME, 600));
        answers("a Refresh of nothing is granted", "refresh-no-allocation", m -> m.method() == METHOD_REFRESH && m.code() == 437,
                (m, f) -> m.success().set(TurnAttribute.LIFETIME, 600));
    }

    private void forgiving() {
        Predicate<Editable> bad = m -> m.code() == 400;
        answers("a permission for nobody is granted", "permission-no-peer", bad, (m, f) -> m.success());
        answers("a malformed peer is overlooked", "permission-malformed", bad, (m, f) -> m.success());
        answers("peers of another family are granted", "permission-other-family", m -> m.code() == 443, (m, f) -> m.success());
        answers("multicast is granted", "peer-224.0.0.1", m -> m.code() == 403, (m, f) -> m.success());
        all.add(new Seeded("everybody has a permission", "permission-none-out", new FaultProxy.Fault() {
            @Override
            public byte[] toServer(byte[] bytes, FaultProxy.Flow flow) throws java.io.IOException {
                Editable send = Editable.of(bytes);
                if (send != null && send.is(METHOD_SEND, INDICATION)) {
                    Editable permit = new Editable();
                    permit.type = METHOD_CREATE_PERMISSION;
                    permit.transaction = send.transaction; // by which the address is masked
                    permit.sha1 = true;
                    byte[] peer = send.value(TurnAttribute.XOR_PEER_ADDRESS);
                    permit.set(TurnAttribute.XOR_PEER_ADDRESS, peer)
                            .set(StunAttribute.USERNAME, "alice".getBytes(StandardCharsets.US_ASCII))
                            .set(StunAttribute.REALM, "example.org".getBytes(StandardCharsets.US_ASCII))
                            .set(StunAttribute.NONCE, flow.nonce);
                    flow.ask(permit.bytes(flow.key()));
                }
                return bytes;
            }
        }));
    }

    private void data() {
        Predicate<Editable> send = m -> m.is(METHOD_SEND, INDICATION);
        Predicate<Editable> came = m -> m.is(METHOD_DATA, INDICATION);
        answers("another peer's port", "permission-in", came, (m, f) -> m.value(TurnAttribute.XOR_PEER_ADDRESS)[3] ^= 1);
        answers("a byte of data is lost", "data-3", came,
                (m, f) -> m.set(TurnAttribute.DATA, Arrays.copyOf(m.value(TurnAttribute.DATA), 2)));
        answers("Data indications are signed", "data-unsigned", came, (m, f) -> m.sha1 = true);
        requests("padding goes to the peer", "send-3", send,
                (m, f) -> m.set(TurnAttribute.DATA, Arrays.copyOf(m.value(TurnAttribute.DATA), 4)));
        requests("unknown attributes of indications are overlooked", "send-unknown-attribute", send,
                (m, f) -> m.remove(StunProbes.UNKNOWN));
        requests("DATA may be left out", "send-no-data", send, (m, f) -> m.set(TurnAttribute.DATA, new byte[0]));
        all.add(new Seeded("empty data is dropped", "send-0", new FaultProxy.Fault() {
            @Override
            public byte @org.jspecify.annotations.Nullable [] toServer(byte[] bytes, FaultProxy.Flow flow) {
                Editable message = Editable.of(bytes);
                byte[] data = message == null ? null : message.get(TurnAttribute.DATA);
                return data != null && data.length == 0 ? null : bytes;
            }
        }));
        all.add(new Seeded("a Send indication is answered", "send-silent", new FaultProxy.Fault() {
            @Override
            public byte[] toServer(byte[] bytes, FaultProxy.Flow flow) throws java.io.IOException {
                Editable message = Editable.of(bytes);
                if (message != null && send.test(message)) {
                    message.attributes.clear();
                    flow.answer(message.success().bytes(flow.key()));
                }
                return bytes;
            }
        }));
    }

    private void channels() {
        Predicate<Editable> bind = m -> m.is(METHOD_CHANNEL_BIND, REQUEST) && m.sha1;
        requests("any number is a channel", "channel-number-3fff", bind, (m, f) -> m.set(TurnAttribute.CHANNEL_NUMBER, 0x4001 << 16));
        answers("a number is bound twice", "channel-other-peer", m -> m.method() == METHOD_CHANNEL_BIND && m.code() == 400,
                (m, f) -> m.success());
        channelData("another number comes", "channel-in-1", false, b -> put(b, 1, b[1] ^ 1));
        channelData("the length is one too high", "channel-in-2", false, b -> put(b, 3, b[3] + 1));
        channelData("padding goes to the peer", "channel-padded", true,
                b -> ByteBuffer.wrap(b).putShort(2, (short) (b.length - 4)).array());
        channelData("a wrong length is mended", "channel-length-lies", true,
                b -> ByteBuffer.wrap(b).putShort(2, (short) (b.length - 4)).array());
        channelData("unbound numbers go to the first peer", "channel-unbound", true, b -> put(b, 1, 0));
    }

    private void channelData(String name, String probe, boolean towardsServer, java.util.function.UnaryOperator<byte[]> edit) {
        all.add(new Seeded(name, probe, new FaultProxy.Fault() {
            @Override
            public byte[] toServer(byte[] bytes, FaultProxy.Flow flow) {
                return towardsServer && bytes[0] >= 0x40 ? edit.apply(bytes.clone()) : bytes;
            }

            @Override
            public byte[] toClient(byte[] bytes, FaultProxy.Flow flow) {
                return !towardsServer && bytes[0] >= 0x40 ? edit.apply(bytes.clone()) : bytes;
            }
        }));
    }
}
