package dev.isthmus.ice.ice;

import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.time.RandomSource;

/**
 * A username fragment and its password (RFC 8445, section 5.3). A pair of these is what tells one generation of a session from the next.
 *
 * @param ufrag 4 to 256 ice-chars
 * @param password 22 to 256 ice-chars
 */
public record IceCredentials(String ufrag, String password) {

    /** Returns new credentials of 48 and 144 random bits. */
    public static IceCredentials random(RandomSource random) {
        return new IceCredentials(iceToken(random, 8), iceToken(random, 24));
    }

    private static String iceToken(RandomSource random, int characters) {
        return random.token(characters).replace('-', '+').replace('_', '/');
    }

    /** Returns whether both parts have the lengths and characters that RFC 8839, section 5.4, demands. */
    public static boolean wellFormed(String ufrag, String password) {
        return ufrag.matches("[A-Za-z0-9+/]{4,256}") && password.matches("[A-Za-z0-9+/]{22,256}");
    }

    byte[] key() {
        return MessageIntegrity.shortTermKey(password);
    }
}
