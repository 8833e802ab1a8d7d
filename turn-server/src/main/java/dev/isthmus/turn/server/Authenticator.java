package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.OpaqueString;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.auth.CredentialSource;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.auth.Nonces;
import dev.isthmus.turn.auth.Sources;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The long-term credential mechanism, server side (RFC 8489, section 9.2.4). Keeps nothing of one request for the next. */
final class Authenticator {
    /** RFC 8489, section 14.3: less than 509 bytes. */
    private static final int LONGEST_USERNAME = 508;
    private final CredentialStore store;
    private final Nonces nonces;
    private final MessageIntegrity integrity;
    private final AnswerLimiter limiter;
    private @Nullable Credential credential;
    private Lookups.@Nullable Answer awaited;
    private boolean sha256Answer;

    Authenticator(CredentialStore store, byte[] nonceKey, MessageIntegrity integrity, AnswerLimiter limiter) {
        this.store = store;
        this.limiter = limiter;
        this.integrity = integrity;
        int features = (store.anonymity() ? Nonces.USERNAME_ANONYMITY : 0) | (offersAlgorithms(store) ? Nonces.PASSWORD_ALGORITHMS : 0);
        this.nonces = new Nonces(nonceKey, features);
    }

    /** MD5 alone is what a client takes anyway. */
    private static boolean offersAlgorithms(CredentialStore store) {
        return !store.algorithms().equals(List.of(PasswordAlgorithm.MD5));
    }

    /**
     * Checks a request in the order of section 9.2.4; returns null when it is authentic, and then {@link #credential} says whose it is. A
     * credential that has expired ends its sessions when its policy says so; otherwise it is still good for the allocation that it made.
     */
    @Nullable
    TurnReason check(StunMessage request, AddressKey client, @Nullable Credential held, long nowNanos, long wallMillis) {
        credential = null;
        awaited = null;
        sha256Answer = false;
        if (!request.claimsIntegrity()) {
            return TurnReason.CHALLENGED;
        }
        String username = username(request);
        byte[] nonce = request.bytes(StunAttribute.NONCE);
        if (username == null && !request.has(StunAttribute.USERHASH) || nonce == null || !request.has(StunAttribute.REALM)) {
            return TurnReason.INCOMPLETE_CREDENTIALS;
        }
        PasswordAlgorithm algorithm = PasswordAlgorithm.MD5;
        if (request.has(StunAttribute.PASSWORD_ALGORITHM) || request.has(StunAttribute.PASSWORD_ALGORITHMS)) {
            algorithm = algorithm(request);
            if (algorithm == null || !Nonces.claimsPasswordAlgorithms(nonce)) {
                return TurnReason.BAD_PASSWORD_ALGORITHM;
            }
            sha256Answer = true;
        }
        if (username == null) {
            return TurnReason.UNKNOWN_USER;
        }
        if (!store.algorithms().contains(algorithm)) {
            return TurnReason.WEAK_ALGORITHM;
        }
        Lookups lookups = store.lookups(username);
        TurnReason failure;
        if (lookups == null) {
            failure = prove(request, claim(username, algorithm, held, wallMillis));
        } else {
            Claim claim = claim(OpaqueString.of(username), algorithm, held, wallMillis);
            failure = prove(request, claim, look(request, claim, lookups, nonce, client, nowNanos));
        }
        return failure == null && !nonces.accepts(nonce, client, wallMillis) ? TurnReason.STALE_NONCE : failure;
    }

    /**
     * Who a request says it is of.
     *
     * @param held the credential of the client's allocation when it is that user's
     */
    private record Claim(String username, PasswordAlgorithm algorithm, @Nullable Credential held, long wallMillis) {}

    private static Claim claim(String username, PasswordAlgorithm algorithm, @Nullable Credential held, long wallMillis) {
        boolean current = held != null && (held.expiresMillis() > wallMillis || !held.policy().endsSessions())
                && held.algorithm() == algorithm && held.username().equals(username);
        return new Claim(username, algorithm, current ? held : null, wallMillis);
    }

    private @Nullable String username(StunMessage request) {
        byte[] hash = request.bytes(StunAttribute.USERHASH);
        return hash == null ? request.text(StunAttribute.USERNAME) : store.username(hash);
    }

    /** The algorithm that the client took from the list, or null when the list is not what was sent or the choice is not on it. */
    private @Nullable PasswordAlgorithm algorithm(StunMessage request) {
        int chosen = request.find(StunAttribute.PASSWORD_ALGORITHM);
        int list = request.find(StunAttribute.PASSWORD_ALGORITHMS);
        List<PasswordAlgorithm> offered = store.algorithms();
        if (chosen < 0 || list < 0 || request.valueLength(chosen) != 4 || request.valueLength(list) != 4 * offered.size()) {
            return null;
        }
        ByteBuffer buffer = request.buffer();
        for (int i = 0; i < offered.size(); i++) {
            if (buffer.getInt(list + 4 * i) != offered.get(i).code() << 16) {
                return null;
            }
        }
        int value = buffer.getInt(chosen);
        PasswordAlgorithm algorithm = PasswordAlgorithm.of(value >>> 16);
        return (value & 0xffff) == 0 && algorithm != null && offered.contains(algorithm) ? algorithm : null;
    }

    private @Nullable TurnReason prove(StunMessage request, Claim claim) {
        if (claim.held() != null && proves(request, claim.held())) {
            return null;
        }
        boolean known = false;
        for (Credential candidate : store.candidates(claim.username(), claim.algorithm(), claim.wallMillis())) {
            known = true;
            if (proves(request, candidate)) {
                return null;
            }
        }
        return known ? TurnReason.WRONG_INTEGRITY : TurnReason.UNKNOWN_USER;
    }

    /** What a look-up came to: what is known, or why nobody was asked. */
    private record Look(Lookups.@Nullable Answer answer, boolean started, @Nullable TurnReason refusal) {}

    /**
     * Says what is known of a user; asks the store when nothing is. It is asked only for those who can be reached at their address, which the nonce
     * shows, and for each source so many times; without limit for whoever has proved before to be that user.
     */
    private Look look(StunMessage request, Claim claim, Lookups lookups, byte[] nonce, AddressKey client, long nowNanos) {
        Lookups.Answer known = lookups.find(claim.username(), nowNanos);
        if (known.state() != Lookups.State.MISSING) {
            return new Look(known, false, null);
        }
        boolean proven = claim.held() != null && proves(request, claim.held());
        if (!proven && request.valueLength(request.find(StunAttribute.USERNAME)) > LONGEST_USERNAME) {
            return new Look(null, false, TurnReason.UNKNOWN_USER);
        }
        if (!proven && !nonces.accepts(nonce, client, claim.wallMillis())) {
            return new Look(null, false, TurnReason.NONCE_BEFORE_LOOKUP);
        }
        if (!proven && !limiter.take(client, nowNanos)) {
            return new Look(null, false, TurnReason.LOOKUP_WITHHELD);
        }
        return new Look(lookups.ask(claim.username(), new Lookups.Asker(Sources.of(client.remote()), proven), nowNanos), true, null);
    }

    /** The same for a user whom a store has to be asked for. While it is asked, what made an allocation is good for it. */
    private @Nullable TurnReason prove(StunMessage request, Claim claim, Look look) {
        Lookups.Answer answer = look.answer();
        if (answer == null) {
            return look.refusal();
        }
        boolean proven = claim.held() != null && proves(request, claim.held());
        CredentialSource.Found found = answer.found();
        if (found != null) {
            Credential candidate = CredentialStore.credential(found, claim.algorithm(), claim.wallMillis());
            if (candidate == null) { // it has expired; some keep what they made nevertheless
                return proven && claim.held() != null && !claim.held().policy().endsSessions() ? null : TurnReason.UNKNOWN_USER;
            }
            return proves(request, candidate) ? null : TurnReason.WRONG_INTEGRITY;
        }
        if (answer.state() == Lookups.State.UNKNOWN) {
            return proven ? TurnReason.REVOKED : TurnReason.UNKNOWN_USER;
        }
        if (proven) {
            return null;
        }
        return switch (answer.state()) {
            case RUNNING -> {
                awaited = answer;
                yield look.started() ? TurnReason.LOOKUP_STARTED : TurnReason.LOOKUP_AWAITED;
            }
            case BUSY -> TurnReason.LOOKUPS_BUSY;
            default -> TurnReason.LOOKUP_FAILED;
        };
    }

    /** Returns what the request that was checked last waits for, or null; it is told once. */
    Lookups.@Nullable Answer takeAwaited() {
        Lookups.Answer taken = awaited;
        awaited = null;
        return taken;
    }

    private boolean proves(StunMessage request, Credential candidate) {
        boolean proven = request.claimsIntegritySha256()
                ? integrity.verifySha256(request, candidate.key())
                : integrity.verify(request, candidate.key());
        if (proven) {
            credential = candidate;
        }
        return proven;
    }

    /** Returns whose request passed {@link #check} last. */
    Credential credential() {
        Credential c = credential;
        if (c == null) {
            throw new IllegalStateException("no request has passed");
        }
        return c;
    }

    /** Whether the answer is to be signed with MESSAGE-INTEGRITY-SHA256: always but to a client that knows of no password algorithms. */
    boolean sha256Answer() {
        return sha256Answer;
    }

    byte[] nonce(AddressKey client, long wallMillis) {
        return nonces.make(client, wallMillis);
    }

    String realm() {
        return store.realm();
    }

    /** Returns what PASSWORD-ALGORITHMS says; empty when the attribute is left out. */
    List<PasswordAlgorithm> offered() {
        return offersAlgorithms(store) ? store.algorithms() : List.of();
    }
}
