package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.LongTermUser;
import dev.isthmus.turn.auth.RestSecret;
import dev.isthmus.turn.support.TurnDialog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The long-term credential mechanism of RFC 8489, section 9.2. */
class AuthenticationTest {
    private static final Consumer<StunWriter> UDP = w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT,
            (long) TurnAttribute.TRANSPORT_UDP << 24);
    private final TurnBench bench = TurnBench.withUser();
    private final TurnDialog alice = bench.alice();
    private final MessageIntegrity integrity = new MessageIntegrity();

    /** Section 9.2.1: the cookie says which features were offered, and the list says which algorithms. */
    @Test
    void theChallengeOffersAlgorithmsAndAnonymity() throws Exception {
        assertThat(alice.send(alice.request(TurnAttribute.METHOD_ALLOCATE, UDP))).isEqualTo(401);
        assertThat(alice.answer().text(StunAttribute.NONCE)).startsWith("obMatJos2wAAA");
        assertThat(alice.answer().bytes(StunAttribute.PASSWORD_ALGORITHMS)).containsExactly(0, 2, 0, 0, 0, 1, 0, 0);
        assertThat(alice.answer().claimsIntegrity()).isFalse();
    }

    /** What nobody has asked for by proof is small: the realm has eleven letters, the request a fingerprint. */
    @Test
    void theChallengeIsSmall() throws Exception {
        alice.send(alice.request(TurnAttribute.METHOD_ALLOCATE, UDP));
        assertThat(alice.answer().length()).isLessThanOrEqualTo(100);
    }

    /** Section 9.2.4: a request that names an algorithm is answered with MESSAGE-INTEGRITY-SHA256, any other with MESSAGE-INTEGRITY. */
    @Test
    void answersAreSignedAsTheClientUnderstands() throws Exception {
        assertThat(alice.allocate()).isZero();
        assertThat(integrity.verify(alice.answer(), alice.key())).isTrue();
        assertThat(alice.answer().claimsIntegritySha256()).isFalse();
        for (PasswordAlgorithm algorithm : PasswordAlgorithm.values()) {
            TurnDialog modern = bench.dialog(TurnBench.address("198.51.100.2:" + (100 + algorithm.code())), "alice", "secret")
                    .modern(algorithm, true);
            assertThat(modern.allocate()).isZero();
            assertThat(integrity.verifySha256(modern.answer(), modern.key())).isTrue();
            assertThat(modern.answer().hasIntegrity()).isFalse();
        }
    }

    /** Section 9.2.4, third point: the list must be what was offered, the choice must be on it, and both must be there. */
    @Test
    void aListThatWasChangedOnTheWayIsRefused() throws Exception {
        alice.send(alice.request(TurnAttribute.METHOD_ALLOCATE, UDP));
        byte[] nonce = Objects.requireNonNull(alice.answer().bytes(StunAttribute.NONCE));
        byte[] key = PasswordAlgorithm.MD5.key("alice", "example.org", "secret");
        Consumer<StunWriter> user = w -> UDP.andThen(x -> x.text(StunAttribute.USERNAME, "alice").text(StunAttribute.REALM, "example.org")
                .bytes(StunAttribute.NONCE, nonce)).accept(w);
        Map<String, Consumer<StunWriter>> changed = Map.of(
                "only MD5 is left", w -> w.passwordAlgorithms(List.of(PasswordAlgorithm.MD5)).passwordAlgorithm(PasswordAlgorithm.MD5),
                "the choice is gone", w -> w.passwordAlgorithms(List.of(PasswordAlgorithm.SHA_256, PasswordAlgorithm.MD5)),
                "the list is gone", w -> w.passwordAlgorithm(PasswordAlgorithm.MD5),
                "another order", w -> w.passwordAlgorithms(List.of(PasswordAlgorithm.MD5, PasswordAlgorithm.SHA_256))
                        .passwordAlgorithm(PasswordAlgorithm.MD5),
                "an unknown choice", w -> w.passwordAlgorithms(List.of(PasswordAlgorithm.SHA_256, PasswordAlgorithm.MD5))
                        .int32(StunAttribute.PASSWORD_ALGORITHM, 7L << 16));
        TurnDialog raw = bench.dialog(TurnBench.ALICE, "alice", "secret");
        changed.forEach((what, attributes) -> assertThat(
                code(raw, raw.request(TurnAttribute.METHOD_ALLOCATE, w -> attributes.andThen(x -> x.integrity(integrity, key))
                        .accept(also(w, user)))))
                .as(what).isEqualTo(400));
        assertThat(bench.counters.get(TurnReason.BAD_PASSWORD_ALGORITHM)).isEqualTo(changed.size());
    }

    private static StunWriter also(StunWriter writer, Consumer<StunWriter> attributes) {
        attributes.accept(writer);
        return writer;
    }

    private static int code(TurnDialog dialog, byte[] request) {
        try {
            return dialog.send(request);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Section 9.2.1: a nonce whose feature bits were changed is not ours any more. */
    @Test
    void aNonceWithoutItsFeaturesIsStale() throws Exception {
        alice.send(alice.request(TurnAttribute.METHOD_ALLOCATE, UDP));
        byte[] nonce = Objects.requireNonNull(alice.answer().bytes(StunAttribute.NONCE));
        byte[] weaker = ("obMatJos2AAAA" + new String(nonce, 13, nonce.length - 13, StandardCharsets.US_ASCII))
                .getBytes(StandardCharsets.US_ASCII);
        TurnDialog raw = bench.dialog(TurnBench.ALICE, "alice", "secret");
        byte[] request = raw.request(TurnAttribute.METHOD_ALLOCATE,
                w -> also(w, UDP).text(StunAttribute.USERNAME, "alice").text(StunAttribute.REALM, "example.org")
                        .bytes(StunAttribute.NONCE, weaker)
                        .integrity(integrity, PasswordAlgorithm.MD5.key("alice", "example.org", "secret")));
        assertThat(raw.send(request)).isEqualTo(438);
        assertThat(bench.counters.get(TurnReason.STALE_NONCE)).isEqualTo(1);
    }

    /** Section 14.5: what follows the integrity is not protected, so it does not exist. */
    @Test
    void attributesBehindTheIntegrityAreIgnored() throws Exception {
        alice.send(alice.request(TurnAttribute.METHOD_ALLOCATE, UDP));
        byte[] nonce = Objects.requireNonNull(alice.answer().bytes(StunAttribute.NONCE));
        TurnDialog raw = bench.dialog(TurnBench.ALICE, "alice", "secret");
        byte[] request = raw.request(TurnAttribute.METHOD_ALLOCATE,
                w -> also(w, UDP).text(StunAttribute.USERNAME, "alice").text(StunAttribute.REALM, "example.org")
                        .bytes(StunAttribute.NONCE, nonce).integrity(integrity, PasswordAlgorithm.MD5.key("alice", "example.org", "secret"))
                        .flag(0x7777).int32(TurnAttribute.LIFETIME, 3600));
        assertThat(raw.send(request)).isZero();
        assertThat(raw.answer().unsignedInt(TurnAttribute.LIFETIME, 0)).isEqualTo(600);
    }

    /** A user of whom only the MD5 key is known cannot use SHA-256, so it is not offered to anybody. */
    @Test
    void sha256IsOfferedOnlyWhenEveryKeyIsKnown() throws Exception {
        byte[] md5 = PasswordAlgorithm.MD5.key("old", "example.org", "pw");
        TurnBench keyed = new TurnBench(new CredentialStore("example.org", List.of(LongTermUser.ofKey("old", PasswordAlgorithm.MD5, md5)),
                CredentialPolicy.USER, List.of(), List.of(PasswordAlgorithm.SHA_256, PasswordAlgorithm.MD5)),
                new PortPool(50_000, 50_099, 0, 1));
        TurnDialog old = keyed.dialog(TurnBench.ALICE, "old", "pw");
        assertThat(old.send(old.request(TurnAttribute.METHOD_ALLOCATE, UDP))).isEqualTo(401);
        assertThat(old.answer().has(StunAttribute.PASSWORD_ALGORITHMS)).isFalse();
        assertThat(old.answer().text(StunAttribute.NONCE)).startsWith("obMatJos2QAAA");
        assertThat(old.allocate()).isZero();
    }

    @Test
    void anOperatorMayForbidMd5() throws Exception {
        TurnBench strict = new TurnBench(
                new CredentialStore("example.org", List.of(LongTermUser.ofPassword("alice", "example.org", "secret")),
                        CredentialPolicy.USER,
                        List.of(), List.of(PasswordAlgorithm.SHA_256)),
                new PortPool(50_000, 50_099, 0, 1));
        assertThat(strict.alice().allocate()).isEqualTo(401);
        assertThat(strict.counters.get(TurnReason.WEAK_ALGORITHM)).isEqualTo(1);
        assertThat(strict.alice().modern(PasswordAlgorithm.SHA_256, true).allocate()).isZero();
    }

    /** Several secrets at a time, each with its own hash, so that one can take the place of another. */
    @Test
    void restSecretsRotate() throws Exception {
        RestSecret old = new RestSecret(new byte[]{1}, RestSecret.Hash.SHA1, CredentialPolicy.USER);
        RestSecret fresh = new RestSecret(new byte[]{2}, RestSecret.Hash.SHA256, CredentialPolicy.USER);
        TurnBench both = new TurnBench(CredentialStore.of("r", Map.of(), CredentialPolicy.USER, List.of(fresh, old)),
                new PortPool(50_000, 50_099, 0, 1));
        String user = both.wall / 1000 + 300 + ":u";
        for (RestSecret secret : List.of(old, fresh)) {
            int port = secret == old ? 1 : 2;
            TurnDialog dialog = both.dialog(TurnBench.address("198.51.100.3:" + port), user, secret.password(user));
            assertThat(dialog.allocate()).isZero();
            assertThat(dialog.answer().unsignedInt(TurnAttribute.LIFETIME, 0)).isEqualTo(300);
        }
        both.pass(TimeUnit.SECONDS.toNanos(301));
        assertThat(both.openSockets()).isEmpty(); // their sessions end with them
    }

    /** However often a client asks for more time. */
    @Test
    void anExpiredCredentialKeepsNothingUp() throws Exception {
        RestSecret secret = new RestSecret(new byte[]{1}, CredentialPolicy.USER);
        TurnBench rest = new TurnBench(CredentialStore.of("r", Map.of(), CredentialPolicy.USER, List.of(secret)),
                new PortPool(50_000, 50_099, 0, 1));
        String user = rest.wall / 1000 + 10 + ":u";
        TurnDialog dialog = rest.dialog(TurnBench.ALICE, user, secret.password(user));
        assertThat(dialog.allocate()).isZero();
        int code = 0;
        for (int i = 0; i < 40 && code == 0; i++) {
            rest.pass(TimeUnit.MILLISECONDS.toNanos(500));
            code = dialog.refresh(600);
        }
        assertThat(code).isEqualTo(401);
        rest.pass(TimeUnit.SECONDS.toNanos(2));
        assertThat(rest.openSockets()).isEmpty();
    }

    @Test
    void whoHasNoProofIsAnsweredSoManyTimesOnly() throws Exception {
        byte[] request = alice.request(TurnAttribute.METHOD_ALLOCATE, UDP);
        for (int i = 0; i < 200; i++) {
            assertThat(alice.send(request)).isEqualTo(401);
        }
        assertThat(alice.send(request)).isEqualTo(-1);
        assertThat(bench.counters.get(TurnReason.ANSWER_WITHHELD)).isEqualTo(1);
        TurnDialog neighbour = bench.dialog(TurnBench.address("198.51.100.77:1"), "bob", "secret");
        assertThat(neighbour.allocate()).isZero();
        bench.pass(TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(alice.allocate()).isZero(); // two answers are there again: one for the challenge; proof needs none
        assertThat(alice.refresh(600)).isZero();
    }

    @Test
    void aWithdrawnUserLosesWhatItHas() throws Exception {
        assertThat(alice.allocate()).isZero();
        TurnDialog bob = bench.dialog(TurnBench.address("198.51.100.7:1"), "bob", "secret");
        assertThat(bob.allocate()).isZero();
        assertThat(bench.server.revoke("alice")).isEqualTo(1);
        assertThat(alice.refresh(600)).isEqualTo(437);
        assertThat(bob.refresh(600)).isZero();
    }
}
