package dev.isthmus.turn.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret shared with an application that hands out short-lived credentials (the "TURN REST API"): the user name is
 * {@code expiry[:anything]} with the expiry in seconds since 1970, the password is base64(HMAC(secret, user name)). Several may be in use at a
 * time, so that one can take the place of another without a break.
 */
public final class RestSecret {
    /** The hash in the HMAC: SHA-1 is what nearly all applications use. */
    public enum Hash {
        SHA1("HmacSHA1"),
        SHA256("HmacSHA256");

        private final String algorithm;

        Hash(String algorithm) {
            this.algorithm = algorithm;
        }
    }

    private final byte[] secret;
    private final Hash hash;
    private final CredentialPolicy policy;

    /** Creates one whose credentials all carry the policy. */
    public RestSecret(byte[] secret, Hash hash, CredentialPolicy policy) {
        this.secret = secret.clone();
        this.hash = hash;
        this.policy = policy;
    }

    /** Creates one with SHA-1. */
    public RestSecret(byte[] secret, CredentialPolicy policy) {
        this(secret, Hash.SHA1, policy);
    }

    /** Returns the policy of this secret's credentials. */
    public CredentialPolicy policy() {
        return policy;
    }

    /** Returns the password that belongs to a user name. */
    public String password(String username) {
        try {
            Mac mac = Mac.getInstance(hash.algorithm);
            mac.init(new SecretKeySpec(secret, hash.algorithm));
            return Base64.getEncoder().encodeToString(mac.doFinal(username.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the expiry that a user name carries in milliseconds, or -1 when it carries none. */
    static long expiryMillis(String username) {
        int colon = username.indexOf(':');
        String seconds = colon < 0 ? username : username.substring(0, colon);
        return seconds.matches("\\d{1,12}") ? Long.parseLong(seconds) * 1000 : -1;
    }
}
