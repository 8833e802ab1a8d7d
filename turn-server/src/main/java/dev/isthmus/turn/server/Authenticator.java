package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.Nonces;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The long-term credential mechanism, server side (RFC 8489, section 9.2.4). Keeps nothing between requests. */
final class Authenticator {
    private final CredentialStore store;
    private final Nonces nonces;
    private final MessageIntegrity integrity;
    private @Nullable Credential credential;
    private boolean sha256Answer;

    Authenticator(CredentialStore store, byte[] nonceKey, MessageIntegrity integrity) {
        this.store = store;
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
    TurnReason check(StunMessage request, AddressKey client, @Nullable Credential held, long wallMillis) {
        credential = null;
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
        TurnReason failure = prove(request, username, algorithm, held, wallMillis);
        if (failure == null && !nonces.accepts(nonce, client, wallMillis)) {
            return TurnReason.STALE_NONCE;
        }
        return failure;
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

    private @Nullable TurnReason prove(StunMessage request, String username, PasswordAlgorithm algorithm, @Nullable Credential held,
            long wallMillis) {
        if (!store.algorithms().contains(algorithm)) {
            return TurnReason.WEAK_ALGORITHM;
        }
        boolean current = held != null && (held.expiresMillis() > wallMillis || !held.policy().endsSessions());
        if (current && held != null && held.algorithm() == algorithm && held.username().equals(username) && proves(request, held)) {
            return null;
        }
        boolean known = false;
        for (Credential candidate : store.candidates(username, algorithm, wallMillis)) {
            known = true;
            if (proves(request, candidate)) {
                return null;
            }
        }
        return known ? TurnReason.WRONG_INTEGRITY : TurnReason.UNKNOWN_USER;
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
