package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;

import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.TurnAttribute;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What RFC 8489 added to credentials: password algorithms, SHA-256, anonymous user names, the nonce cookie. */
final class AlgorithmProbes {
    private static final String COOKIE = "obMatJos2";
    private static final int COOKIE_END = 13;

    private AlgorithmProbes() {}

    static void addTo(Suite s) {
        offer(s);
        use(s);
        misuse(s);
        anonymity(s);
        biddingDown(s);
    }

    /** A client of a server that offers password algorithms. */
    private static Client offered(Trial t) throws Exception {
        Client c = t.challenged();
        if (c.algorithms().length == 0) {
            throw new Probe.NotOffered("401 has no PASSWORD-ALGORITHMS");
        }
        return c;
    }

    private static int features(Client c) throws Exception {
        String nonce = new String(c.nonce(), StandardCharsets.UTF_8);
        check(nonce.startsWith(COOKIE) && nonce.length() >= COOKIE_END, "NONCE has no cookie");
        byte[] bits = Base64.getDecoder().decode(nonce.substring(COOKIE.length(), COOKIE_END));
        return (bits[0] & 0xff) << 16 | (bits[1] & 0xff) << 8 | bits[2] & 0xff;
    }

    private static boolean offers(Client c, PasswordAlgorithm algorithm) {
        ByteBuffer list = ByteBuffer.wrap(c.algorithms());
        for (int at = 0; at + 4 <= list.capacity(); at += 4 + ((list.getShort(at + 2) & 0xffff) + 3 & ~3)) {
            if (list.getShort(at) == algorithm.code()) {
                return true;
            }
        }
        return false;
    }

    private static StunWriter named(StunWriter w, Client c, PasswordAlgorithm algorithm) {
        return c.named(w).bytes(StunAttribute.PASSWORD_ALGORITHMS, c.algorithms()).passwordAlgorithm(algorithm);
    }

    private static Client.Signature modern(PasswordAlgorithm algorithm) {
        return (w, c) -> named(w, c, algorithm).integritySha256(c.integrity, c.key(algorithm));
    }

    private static byte[] allocate(Client c, Client.Signature signature) {
        return c.request(TurnAttribute.METHOD_ALLOCATE, Client::udp, signature);
    }

    private static void offer(Suite s) {
        s.add("algorithms-offered", "RFC 8489, 9.2.4", "401 has PASSWORD-ALGORITHMS", AlgorithmProbes::offered);
        s.add("algorithms-sound", "RFC 8489, 14.11", "PASSWORD-ALGORITHMS is a list of numbers with their parameters", t -> {
            ByteBuffer list = ByteBuffer.wrap(offered(t).algorithms());
            int at = 0;
            while (at + 4 <= list.capacity()) {
                at += 4 + ((list.getShort(at + 2) & 0xffff) + 3 & ~3);
            }
            check(at == list.capacity(), "it is not");
        });
        s.add("algorithms-cookie", "RFC 8489, 9.2.1", "NONCE begins with the cookie when PASSWORD-ALGORITHMS is there",
                t -> features(offered(t)));
        s.add("algorithms-bit", "RFC 8489, 9.2.1", "the cookie's bit for password algorithms is set", t -> {
            check((features(offered(t)) & 1 << 23) != 0, "it is not");
        });
        s.add("algorithms-in-438", "RFC 8489, 9.2.4", "438 has PASSWORD-ALGORITHMS too", t -> {
            Client c = offered(t);
            c.nonce(Trial.text("obMatJos2gAAAa nonce that nobody made"));
            check(c.expect(allocate(c, modern(first(c))), 438).has(StunAttribute.PASSWORD_ALGORITHMS), "it has not");
        });
    }

    private static PasswordAlgorithm first(Client c) {
        return offers(c, PasswordAlgorithm.SHA_256) ? PasswordAlgorithm.SHA_256 : PasswordAlgorithm.MD5;
    }

    private static void use(Suite s) {
        for (PasswordAlgorithm algorithm : PasswordAlgorithm.values()) {
            String name = algorithm.label();
            s.add("algorithms-" + name.toLowerCase(java.util.Locale.ROOT), "RFC 8489, 9.2.4", "a request with " + name + " is served",
                    t -> {
                        Client c = offered(t);
                        if (!offers(c, algorithm)) {
                            throw new Probe.NotOffered(name + " is not on the list");
                        }
                        c.expect(allocate(c, modern(algorithm)), 0);
                    });
        }
        s.add("algorithms-answer", "RFC 8489, 9.2.4", "the answer to MESSAGE-INTEGRITY-SHA256 has a right one", t -> {
            Client c = offered(t);
            Answer a = c.expect(allocate(c, modern(first(c))), 0);
            check(a.signedSha256With(c.key(first(c))), "it has not");
        });
        s.add("algorithms-answer-only", "RFC 8489, 9.2.4", "that answer has no MESSAGE-INTEGRITY beside it", t -> {
            Client c = offered(t);
            check(!c.expect(allocate(c, modern(first(c))), 0).message().hasIntegrity(), "it has");
        });
        s.add("algorithms-error-answer", "RFC 8489, 9.2.4", "an error answer to it is signed the same way", t -> {
            Client c = offered(t);
            c.expect(allocate(c, modern(first(c))), 0);
            check(c.expect(allocate(c, modern(first(c))), 437).signedSha256With(c.key(first(c))), "it is not");
        });
        s.add("algorithms-both", "RFC 8489, 9.2.4", "a request with both integrity attributes is served", t -> {
            Client c = offered(t);
            c.expect(allocate(c, (w, k) -> named(w, k, first(k)).integrity(k.integrity, k.key(first(k)))
                    .integritySha256(k.integrity, k.key(first(k)))), 0);
        });
        s.add("algorithms-old-client", "RFC 8489, 9.2.4", "a client that knows of no password algorithms is served", t -> {
            Client c = offered(t);
            c.expect(allocate(c, Client.CLASSIC), 0);
        });
        s.add("algorithms-behind", "RFC 8489, 14.6", "what stands behind MESSAGE-INTEGRITY-SHA256 is ignored", t -> {
            Client c = offered(t);
            c.expect(allocate(c, (w, k) -> {
                modern(first(k)).sign(w, k);
                w.int32(StunProbes.UNKNOWN, 1);
            }), 0);
        });
        s.add("algorithms-wrong-password", "RFC 8489, 9.2.4", "a wrong password is answered 401", t -> {
            Client c = offered(t);
            c.expect(allocate(c, (w, k) -> named(w, k, first(k)).integritySha256(k.integrity,
                    first(k).key(k.user(), k.realm(), "not the password"))), 401);
        });
    }

    private static void misuse(Suite s) {
        s.add("algorithms-no-choice", "RFC 8489, 9.2.4", "PASSWORD-ALGORITHMS without PASSWORD-ALGORITHM is answered 400", t -> {
            Client c = offered(t);
            c.expect(allocate(c, (w, k) -> k.named(w).bytes(StunAttribute.PASSWORD_ALGORITHMS, k.algorithms())
                    .integritySha256(k.integrity, k.key(first(k)))), 400);
        });
        s.add("algorithms-no-list", "RFC 8489, 9.2.4", "PASSWORD-ALGORITHM without PASSWORD-ALGORITHMS is answered 400", t -> {
            Client c = offered(t);
            c.expect(allocate(c, (w, k) -> k.named(w).passwordAlgorithm(first(k)).integritySha256(k.integrity, k.key(first(k)))), 400);
        });
        s.add("algorithms-other-list", "RFC 8489, 9.2.4", "a list that is not the server's is answered 400", t -> {
            Client c = offered(t);
            c.expect(allocate(c, (w, k) -> k.named(w).bytes(StunAttribute.PASSWORD_ALGORITHMS, new byte[]{0, 1, 0, 0, 0x7E, 0x57, 0, 0})
                    .passwordAlgorithm(first(k)).integritySha256(k.integrity, k.key(first(k)))), 400);
        });
        s.add("algorithms-unlisted", "RFC 8489, 9.2.4", "a choice that is not on the list is answered 400", t -> {
            Client c = offered(t);
            c.expect(allocate(c, (w, k) -> k.named(w).bytes(StunAttribute.PASSWORD_ALGORITHMS, k.algorithms())
                    .int32(StunAttribute.PASSWORD_ALGORITHM, 0x7E570000L).integritySha256(k.integrity, k.key(first(k)))), 400);
        });
        s.add("algorithms-short-integrity", "RFC 8489, 14.6", "a MESSAGE-INTEGRITY-SHA256 of 12 bytes gets no success", t -> {
            Client c = offered(t);
            byte[] request = allocate(c, (w, k) -> named(w, k, first(k)).bytes(StunAttribute.MESSAGE_INTEGRITY_SHA256, new byte[12]));
            c.link().send(request);
            Answer a = c.await(request, Client.ANSWER_MILLIS);
            check(a == null || !a.success(), "it was answered with success");
        });
    }

    private static void anonymity(Suite s) {
        s.add("userhash", "RFC 8489, 9.2.4", "USERHASH stands for the user name", t -> {
            Client c = anonymous(t);
            c.expect(allocate(c, hashed(c.user())), 0);
        });
        s.add("userhash-unknown", "RFC 8489, 9.2.4", "an unknown USERHASH is answered 401", t -> {
            Client c = anonymous(t);
            c.expect(allocate(c, hashed("nobody-of-that-name")), 401);
        });
    }

    private static Client anonymous(Trial t) throws Exception {
        Client c = offered(t);
        if ((features(c) & 1 << 22) == 0) {
            throw new Probe.NotOffered("the cookie's bit for anonymous user names is not set");
        }
        return c;
    }

    private static Client.Signature hashed(String user) {
        return (w, k) -> w.bytes(StunAttribute.USERHASH, PasswordAlgorithm.userHash(user, k.realm()))
                .text(StunAttribute.REALM, k.realm()).bytes(StunAttribute.NONCE, k.nonce())
                .bytes(StunAttribute.PASSWORD_ALGORITHMS, k.algorithms()).passwordAlgorithm(first(k))
                .integritySha256(k.integrity, k.key(first(k)));
    }

    private static void biddingDown(Suite s) {
        s.add("bid-down-cookie", "RFC 8489, 9.2.1", "a nonce whose security bits were taken out is not accepted", t -> {
            Client c = offered(t);
            byte[] nonce = c.nonce().clone();
            System.arraycopy(Trial.text("AAAA"), 0, nonce, COOKIE.length(), 4);
            c.nonce(nonce);
            expect(c.exchange(allocate(c, Client.CLASSIC)), 438, 400, 401);
        });
        s.add("bid-down-list", "RFC 8489, 9.2.4", "a list from which the better algorithm was taken out is answered 400", t -> {
            Client c = offered(t);
            if (c.algorithms().length < 8) {
                throw new Probe.NotOffered("there is only one algorithm");
            }
            c.expect(allocate(c, (w, k) -> k.named(w).bytes(StunAttribute.PASSWORD_ALGORITHMS, new byte[]{0, 1, 0, 0})
                    .passwordAlgorithm(PasswordAlgorithm.MD5).integritySha256(k.integrity, k.key(PasswordAlgorithm.MD5))), 400);
        });
    }
}
