package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.auth.CredentialSource;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.auth.Nonces;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The long-term credential mechanism, server side (RFC 8489, section 9.2.4). Keeps nothing between requests. */
final class Authenticator {
    private final CredentialStore store;
    private final Nonces nonces;
    private final MessageIntegrity integrity;
    private final AnswerLimiter limiter;
    private @Nullable Credential credential;
    private @Nullable CompletionStage<?> awaited;
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
        Claim claim = new Claim(username, algorithm, current(held, algorithm, username, wallMillis) ? held : null, wallMillis);
        TurnReason failure = lookups == null ? prove(request, claim) : prove(request, claim, lookups, nowNanos);
        if (failure == null && !nonces.accepts(nonce, client, wallMillis)) {
            return TurnReason.STALE_NONCE;
        }
        return failure == TurnReason.LOOKUP_STARTED && lookups != null
                ? ask(lookups, username, nonce, client, nowNanos, wallMillis)
                : failure;
    }

    /**
     * Who a request says it is of.
     *
     * @param held the credential of the client's allocation when it is that user's
     */
    private record Claim(String username, PasswordAlgorithm algorithm, @Nullable Credential held, long wallMillis) {}

    private static boolean current(@Nullable Credential held, PasswordAlgorithm algorithm, String username, long wallMillis) {
        return held != null && (held.expiresMillis() > wallMillis || !held.policy().endsSessions()) && held.algorithm() == algorithm
                && held.username().equals(username);
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

    /** The same for a user whom a store has to be asked for. While it is asked, what made an allocation is good for it. */
    private @Nullable TurnReason prove(StunMessage request, Claim claim, Lookups lookups, long nowNanos) {
        Lookups.Answer answer = lookups.find(claim.username(), nowNanos);
        CredentialSource.Found found = answer.found();
        if (found != null) {
            Credential candidate = CredentialStore.credential(found, claim.algorithm(), claim.wallMillis());
            return candidate == null ? TurnReason.UNKNOWN_USER : proves(request, candidate) ? null : TurnReason.WRONG_INTEGRITY;
        }
        boolean proven = claim.held() != null && proves(request, claim.held());
        if (answer.state() == Lookups.State.UNKNOWN) {
            return proven ? TurnReason.REVOKED : TurnReason.UNKNOWN_USER;
        }
        if (proven && answer.state() == Lookups.State.MISSING) {
            lookups.start(claim.username(), nowNanos);
        }
        awaited = answer.running();
        return proven
                ? null
                : switch (answer.state()) {
                    case RUNNING -> TurnReason.LOOKUP_RUNNING;
                    case FAILED -> TurnReason.LOOKUP_FAILED;
                    default -> TurnReason.LOOKUP_STARTED;
                };
    }

    /** A store is asked only for those who can be reached at their address, and for each of them so many times. */
    private TurnReason ask(Lookups lookups, String username, byte[] nonce, AddressKey client, long nowNanos, long wallMillis) {
        if (!nonces.accepts(nonce, client, wallMillis)) {
            return TurnReason.NONCE_BEFORE_LOOKUP;
        }
        if (!limiter.take(client, nowNanos)) {
            return TurnReason.LOOKUP_WITHHELD;
        }
        if (!lookups.start(username, nowNanos)) {
            return TurnReason.LOOKUPS_BUSY;
        }
        awaited = lookups.find(username, nowNanos).running();
        return TurnReason.LOOKUP_STARTED;
    }

    /** Returns what the request that was checked last waits for, or null. */
    @Nullable
    CompletionStage<?> awaited() {
        return awaited;
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
