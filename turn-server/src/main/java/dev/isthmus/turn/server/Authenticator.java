package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.Nonces;
import org.jspecify.annotations.Nullable;

/** The long-term credential mechanism, server side (RFC 8489, section 9.2.4). Keeps nothing between requests. */
final class Authenticator {
    private final CredentialStore store;
    private final Nonces nonces;
    private final MessageIntegrity integrity;
    private @Nullable Credential credential;

    Authenticator(CredentialStore store, Nonces nonces, MessageIntegrity integrity) {
        this.store = store;
        this.nonces = nonces;
        this.integrity = integrity;
    }

    /**
     * Checks a request; returns null when it is authentic, and then {@link #credential} says whose it is. Expiry decides who may allocate; an
     * allocation that exists is kept up with the credential that made it, or a call would end when its credential does.
     */
    @Nullable
    TurnReason check(StunMessage request, AddressKey client, @Nullable Credential held, long wallMillis) {
        credential = null;
        if (!request.hasIntegrity()) {
            return TurnReason.CHALLENGED;
        }
        String username = request.text(StunAttribute.USERNAME);
        byte[] nonce = request.bytes(StunAttribute.NONCE);
        if (username == null || nonce == null || !request.has(StunAttribute.REALM)) {
            return TurnReason.INCOMPLETE_CREDENTIALS;
        }
        if (!nonces.accepts(nonce, client, wallMillis)) {
            return TurnReason.STALE_NONCE;
        }
        if (held != null && held.username().equals(username) && integrity.verify(request, held.key())) {
            credential = held;
            return null;
        }
        boolean known = false;
        for (Credential candidate : store.candidates(username, wallMillis)) {
            known = true;
            if (integrity.verify(request, candidate.key())) {
                credential = candidate;
                return null;
            }
        }
        return known ? TurnReason.WRONG_INTEGRITY : TurnReason.UNKNOWN_USER;
    }

    /** Returns whose request passed {@link #check} last. */
    Credential credential() {
        Credential c = credential;
        if (c == null) {
            throw new IllegalStateException("no request has passed");
        }
        return c;
    }

    byte[] nonce(AddressKey client, long wallMillis) {
        return nonces.make(client, wallMillis);
    }

    String realm() {
        return store.realm();
    }
}
