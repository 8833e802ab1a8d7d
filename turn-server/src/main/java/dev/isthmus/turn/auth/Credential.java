package dev.isthmus.turn.auth;

import dev.isthmus.ice.stun.PasswordAlgorithm;

/**
 * A user who may make allocations, with the key that one password algorithm gives.
 *
 * @param username as it stands in the USERNAME attribute, or as USERHASH meant it
 * @param algorithm how the key was made
 * @param key of the long-term mechanism
 * @param policy what it may do
 * @param expiresMillis wall clock time at which it ends, or {@link Long#MAX_VALUE}
 */
public record Credential(String username, PasswordAlgorithm algorithm, byte[] key, CredentialPolicy policy, long expiresMillis) {
    @Override
    public String toString() {
        return "Credential[" + username + "]";
    }
}
