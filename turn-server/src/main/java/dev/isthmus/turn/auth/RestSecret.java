package dev.isthmus.turn.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret shared with an application that hands out short-lived credentials (the "TURN REST API"): the user name is
 * {@code expiry[:anything]} with the expiry in seconds since 1970, the password is base64(HMAC-SHA1(secret, user name)).
 */
public final class RestSecret {
    private static final String ALGORITHM = "HmacSHA1";
    private final byte[] secret;
    private final CredentialPolicy policy;

    /** Creates one whose credentials all carry the policy. */
    public RestSecret(byte[] secret, CredentialPolicy policy) {
        this.secret = secret.clone();
        this.policy = policy;
    }

    /** Returns the policy of this secret's credentials. */
    public CredentialPolicy policy() {
        return policy;
    }

    /** Returns the password that belongs to a user name. */
    public String password(String username) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
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
