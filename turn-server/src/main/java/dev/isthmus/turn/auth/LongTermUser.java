package dev.isthmus.turn.auth;

import dev.isthmus.ice.stun.OpaqueString;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * A user of the configuration, known by password or by a key that was derived from it elsewhere.
 *
 * @param name the user name
 * @param md5 the key of {@link PasswordAlgorithm#MD5}, or null when only the other is known
 * @param sha256 the key of {@link PasswordAlgorithm#SHA_256}, or null when only the other is known
 */
public record LongTermUser(String name, byte @Nullable [] md5, byte @Nullable [] sha256) {

    /** Returns a user whose password is known, and so every key. */
    public static LongTermUser ofPassword(String name, String realm, String password) {
        String user = OpaqueString.of(name);
        String secret = OpaqueString.of(password);
        String domain = OpaqueString.of(realm);
        return new LongTermUser(user, PasswordAlgorithm.MD5.key(user, domain, secret), PasswordAlgorithm.SHA_256.key(user, domain, secret));
    }

    /** Returns a user of whom one key is known. */
    public static LongTermUser ofKey(String name, PasswordAlgorithm algorithm, byte[] key) {
        boolean sha256 = algorithm == PasswordAlgorithm.SHA_256;
        return new LongTermUser(OpaqueString.of(name), sha256 ? null : key, sha256 ? key : null);
    }

    /** Returns the key of an algorithm, or null. */
    public byte @Nullable [] key(PasswordAlgorithm algorithm) {
        return algorithm == PasswordAlgorithm.SHA_256 ? sha256 : md5;
    }
}
