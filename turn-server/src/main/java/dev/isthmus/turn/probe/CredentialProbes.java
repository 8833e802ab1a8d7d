package dev.isthmus.turn.probe;

import static dev.isthmus.turn.probe.Trial.check;
import static dev.isthmus.turn.probe.Trial.expect;

import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.turn.TurnAttribute;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The long-term credential mechanism (RFC 8489, section 9.2) as clients of RFC 5389 know it. */
final class CredentialProbes {
    private CredentialProbes() {}

    static void addTo(Suite s) {
        challenge(s);
        incomplete(s);
        wrong(s);
        nonces(s);
        answers(s);
    }

    private static byte[] allocate(Client c, Client.Signature signature) {
        return c.request(TurnAttribute.METHOD_ALLOCATE, Client::udp, signature);
    }

    private static void challenge(Suite s) {
        s.add("auth-challenge", "RFC 8489, 9.2.4", "a request without integrity is answered 401", t -> t.challenged());
        s.add("auth-challenge-realm", "RFC 8489, 9.2.4", "401 has a REALM", t -> {
            check(t.client().challenge().length(StunAttribute.REALM) > 0, "it has none");
        });
        s.add("auth-challenge-nonce", "RFC 8489, 9.2.4", "401 has a NONCE", t -> {
            check(t.client().challenge().length(StunAttribute.NONCE) > 0, "it has none");
        });
        s.add("auth-challenge-unsigned", "RFC 8489, 9.2.4", "401 has no integrity, user name or user hash", t -> {
            Answer a = t.client().challenge();
            check(!a.signed() && !a.has(StunAttribute.USERNAME) && !a.has(StunAttribute.USERHASH), "it has");
        });
        s.add("auth-realm-length", "RFC 8489, 14.9", "REALM has fewer than 128 characters", t -> {
            check(t.challenged().realm().length() < 128, "it is longer");
        });
        s.add("auth-nonce-length", "RFC 8489, 14.10", "NONCE has fewer than 128 characters", t -> {
            check(new String(t.challenged().nonce(), StandardCharsets.UTF_8).length() < 128, "it is longer");
        });
        s.add("auth-nonce-quotable", "RFC 8489, 14.10", "NONCE has neither quotes nor backslashes nor control characters", t -> {
            for (byte b : t.challenged().nonce()) {
                check(b >= 32 && b != '"' && b != '\\' && b != 127 || b < 0, "it has");
            }
        });
        s.add("auth-every-method", "RFC 8656, 5", "Refresh, CreatePermission and ChannelBind without integrity are answered 401", t -> {
            Client c = t.allocated().client();
            for (int method : new int[]{TurnAttribute.METHOD_REFRESH, TurnAttribute.METHOD_CREATE_PERMISSION,
                    TurnAttribute.METHOD_CHANNEL_BIND}) {
                c.expect(c.request(method, w -> {}, Client.NONE), 401);
            }
        });
    }

    private static void incomplete(Suite s) {
        s.add("auth-no-username", "RFC 8489, 9.2.4", "integrity without USERNAME is answered 400", t -> {
            Client c = t.challenged();
            c.expect(allocate(c, (w, k) -> w.text(StunAttribute.REALM, k.realm()).bytes(StunAttribute.NONCE, k.nonce())
                    .integrity(k.integrity, k.key(PasswordAlgorithm.MD5))), 400);
        });
        s.add("auth-no-realm", "RFC 8489, 9.2.4", "integrity without REALM is answered 400", t -> {
            Client c = t.challenged();
            c.expect(allocate(c, (w, k) -> w.text(StunAttribute.USERNAME, k.user()).bytes(StunAttribute.NONCE, k.nonce())
                    .integrity(k.integrity, k.key(PasswordAlgorithm.MD5))), 400);
        });
        s.add("auth-no-nonce", "RFC 8489, 9.2.4", "integrity without NONCE is answered 400", t -> {
            Client c = t.challenged();
            c.expect(allocate(c, (w, k) -> w.text(StunAttribute.USERNAME, k.user()).text(StunAttribute.REALM, k.realm())
                    .integrity(k.integrity, k.key(PasswordAlgorithm.MD5))), 400);
        });
    }

    private static void wrong(Suite s) {
        s.add("auth-wrong-password", "RFC 8489, 9.2.4", "a wrong password is answered 401", t -> {
            Client c = t.challenged();
            c.expect(allocate(c, (w, k) -> k.named(w).integrity(k.integrity,
                    PasswordAlgorithm.MD5.key(k.user(), k.realm(), "not the password"))), 401);
        });
        s.add("auth-wrong-password-challenge", "RFC 8489, 9.2.4", "401 to a wrong password has REALM and NONCE", t -> {
            Client c = t.challenged();
            Answer a = c.exchange(allocate(c, (w, k) -> k.named(w).integrity(k.integrity, new byte[16])));
            check(a.has(StunAttribute.REALM) && a.has(StunAttribute.NONCE), "it has not");
        });
        s.add("auth-unknown-user", "RFC 8489, 9.2.4", "an unknown user is answered 401", t -> {
            Client c = t.client("nobody-of-that-name", "x");
            c.challenge();
            c.expect(allocate(c, Client.CLASSIC), 401);
        });
        s.add("auth-empty-username", "RFC 8489, 14.3", "an empty USERNAME gets no success", t -> {
            Client c = t.challenged();
            Answer a = c.exchange(allocate(c, (w, k) -> w.text(StunAttribute.USERNAME, "").text(StunAttribute.REALM, k.realm())
                    .bytes(StunAttribute.NONCE, k.nonce()).integrity(k.integrity, PasswordAlgorithm.MD5.key("", k.realm(), ""))));
            expect(a, 400, 401);
        });
        s.add("auth-long-username", "RFC 8489, 14.3", "a USERNAME of more than 508 bytes gets no success", t -> {
            Client c = t.challenged();
            String name = "u".repeat(509);
            byte[] request = allocate(c, (w, k) -> w.text(StunAttribute.USERNAME, name).text(StunAttribute.REALM, k.realm())
                    .bytes(StunAttribute.NONCE, k.nonce()).integrity(k.integrity, PasswordAlgorithm.MD5.key(name, k.realm(), "x")));
            c.link().send(request);
            Answer a = c.await(request, Client.ANSWER_MILLIS);
            check(a == null || !a.success(), "it was answered with success");
        });
        s.add("auth-flipped-bit", "RFC 8489, 9.2.4", "a request that was changed under way is answered 401", t -> {
            Client c = t.challenged();
            byte[] request = allocate(c, Client.CLASSIC);
            request[request.length - 1] ^= 1;
            c.expect(request, 401);
        });
        s.add("auth-other-attributes", "RFC 8489, 14.5", "the integrity covers every attribute before it", t -> {
            Client c = t.challenged();
            byte[] request = c.request(TurnAttribute.METHOD_ALLOCATE,
                    Client.udpAnd(w -> w.int32(StunProbes.OPTIONAL, 0x55555555)), Client.CLASSIC);
            request[32] ^= 1;
            c.expect(request, 401);
        });
        s.add("auth-short-integrity", "RFC 8489, 14.5", "an integrity of another length gets no success", t -> {
            Client c = t.challenged();
            byte[] request = allocate(c, (w, k) -> k.named(w).bytes(StunAttribute.MESSAGE_INTEGRITY, new byte[16]));
            c.link().send(request);
            Answer a = c.await(request, Client.ANSWER_MILLIS);
            check(a == null || !a.success(), "it was answered with success");
        });
        s.add("auth-wrong-realm-key", "RFC 8489, 9.2.2", "a key made with another realm is answered 401", t -> {
            Client c = t.challenged();
            c.expect(allocate(c, (w, k) -> k.named(w).integrity(k.integrity,
                    PasswordAlgorithm.MD5.key(k.user(), k.realm() + "x", "x"))), 401);
        });
    }

    private static void nonces(Suite s) {
        s.add("auth-stale-nonce", "RFC 8489, 9.2.4", "an unknown nonce is answered 438", t -> {
            Client c = t.challenged();
            c.nonce(Trial.text("a nonce that nobody made"));
            c.expect(allocate(c, Client.CLASSIC), 438);
        });
        s.add("auth-stale-nonce-challenge", "RFC 8489, 9.2.4", "438 has REALM and a fresh NONCE that works", t -> {
            Client c = t.challenged();
            c.nonce(Trial.text("a nonce that nobody made"));
            Answer a = c.expect(allocate(c, Client.CLASSIC), 438);
            check(a.has(StunAttribute.REALM) && a.has(StunAttribute.NONCE), "REALM or NONCE is missing");
            c.learn(a);
            c.expect(allocate(c, Client.CLASSIC), 0);
        });
        s.add("auth-stale-nonce-allocation", "RFC 8489, 9.2.4", "an unknown nonce does nothing to an allocation", t -> {
            Client c = t.allocated().client();
            byte[] good = c.nonce();
            c.nonce(Trial.text("a nonce that nobody made"));
            c.expect(c.request(TurnAttribute.METHOD_REFRESH, w -> w.int32(TurnAttribute.LIFETIME, 0), Client.CLASSIC), 438);
            c.nonce(good);
            expect(c.refresh(600), 0);
        });
        s.add("auth-nonce-again", "RFC 8489, 9.2.5", "a nonce is good for further requests", t -> {
            Client c = t.allocated().client();
            byte[] request = c.request(TurnAttribute.METHOD_REFRESH, w -> {}, Client.CLASSIC);
            c.expect(request, 0);
            c.expect(c.request(TurnAttribute.METHOD_REFRESH, w -> {}, Client.CLASSIC), 0);
        });
        s.add("auth-nonces-differ", "RFC 8489, 9.2", "two clients are not given one nonce", t -> {
            check(!Arrays.equals(t.challenged().nonce(), t.challenged().nonce()), "they are");
        });
    }

    private static void answers(Suite s) {
        s.add("auth-success-signed", "RFC 8489, 9.2.4", "a success has a MESSAGE-INTEGRITY made with the user's key", t -> {
            Client c = t.challenged();
            Answer a = c.expect(allocate(c, Client.CLASSIC), 0);
            check(a.signedWith(c.key(PasswordAlgorithm.MD5)), "it has not");
        });
        s.add("auth-error-signed", "RFC 8489, 9.2.4", "an error after authentication is signed too", t -> {
            Client c = t.allocated().client();
            Answer a = c.expect(allocate(c, Client.CLASSIC), 437);
            check(a.signedWith(c.key(PasswordAlgorithm.MD5)), "it is not");
        });
        s.add("auth-behind-integrity", "RFC 8489, 14.5", "what stands behind the integrity is ignored", t -> {
            Client c = t.challenged();
            c.expect(allocate(c, (w, k) -> {
                Client.CLASSIC.sign(w, k);
                w.int32(StunProbes.UNKNOWN, 1);
            }), 0);
        });
        s.add("auth-with-fingerprint", "RFC 8489, 14.7", "integrity and FINGERPRINT go together", t -> {
            Client c = t.challenged();
            Answer a = c.expect(allocate(c, (w, k) -> {
                Client.CLASSIC.sign(w, k);
                w.fingerprint();
            }), 0);
            check(a.signedWith(c.key(PasswordAlgorithm.MD5)), "the answer's integrity is wrong");
        });
        s.add("auth-unknown-attribute", "RFC 8489, 6.3.1", "an unknown attribute in an authentic request is answered 420, signed", t -> {
            Client c = t.challenged();
            Answer a = c.expect(c.request(TurnAttribute.METHOD_ALLOCATE, Client.udpAnd(w -> w.int32(StunProbes.UNKNOWN, 1)),
                    Client.CLASSIC), 420);
            check(a.listsUnknown(StunProbes.UNKNOWN), "it does not list the attribute");
            check(a.signedWith(c.key(PasswordAlgorithm.MD5)), "it is not signed");
        });
        s.add("auth-other-user", "RFC 8656, 5", "another user's request on an allocation is answered 441", t -> {
            Client c = t.allocated().client();
            Client other = t.strangerOn(c);
            expect(other.ask(TurnAttribute.METHOD_REFRESH, w -> {}), 441);
        });
        s.add("auth-other-user-harmless", "RFC 8656, 5", "another user cannot end an allocation", t -> {
            Client c = t.allocated().client();
            Client other = t.strangerOn(c);
            other.refresh(0);
            expect(c.refresh(600), 0);
        });
    }
}
