package dev.isthmus.ice.stun;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** How a long-term password becomes a key (RFC 8489, section 18.5). Both are hashes of {@code user:realm:password}. */
public enum PasswordAlgorithm {
    /** The one of RFC 5389, and of a request that names none. */
    MD5(1, "MD5"),
    SHA_256(2, "SHA-256");

    private final int code;
    private final String digest;

    PasswordAlgorithm(int code, String digest) {
        this.code = code;
        this.digest = digest;
    }

    /** Returns the number in PASSWORD-ALGORITHM. */
    public int code() {
        return code;
    }

    /** Returns the name that configuration files use, for instance {@code SHA-256}. */
    public String label() {
        return digest;
    }

    /** Returns the algorithm of a number, or null. */
    public static @Nullable PasswordAlgorithm of(int code) {
        return code == MD5.code ? MD5 : code == SHA_256.code ? SHA_256 : null;
    }

    /** Returns the key; the texts are taken as they are (see {@link OpaqueString}). */
    public byte[] key(String username, String realm, String password) {
        return hash(digest, username + ":" + realm + ":" + password);
    }

    /** Returns the value of USERHASH (section 14.4). */
    public static byte[] userHash(String username, String realm) {
        return hash(SHA_256.digest, username + ":" + realm);
    }

    private static byte[] hash(String digest, String text) {
        try {
            return MessageDigest.getInstance(digest).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
