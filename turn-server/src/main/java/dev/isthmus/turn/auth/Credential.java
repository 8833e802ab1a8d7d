package dev.isthmus.turn.auth;

/**
 * A user who may make allocations.
 *
 * @param username as it stands in the USERNAME attribute
 * @param key of the long-term mechanism, 16 bytes
 * @param policy what it may do
 * @param expiresMillis wall clock time at which it ends, or {@link Long#MAX_VALUE}
 */
public record Credential(String username, byte[] key, CredentialPolicy policy, long expiresMillis) {
    @Override
    public String toString() {
        return "Credential[" + username + "]";
    }
}
