package dev.isthmus.turn.auth;

import dev.isthmus.ice.net.AddressKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Nonces that need no memory: the nonce cookie with the security features that were offered (RFC 8489, section 9.2), the time at which the
 * nonce was made, and a MAC over features, time and the client's address. One made for another address, by another server, with other features
 * or too long ago is stale, so that nobody on the way can take a feature out of it. One per loop; not thread-safe, but all with one key accept
 * each other's.
 *
 * <pre>
 *  0..8   obMatJos2
 *  9..12  24 feature bits, base64
 * 13..28  seconds since 1970 (4 bytes) and the first 8 bytes of HMAC-SHA256(key, features, seconds, client address and port), base64
 * </pre>
 */
public final class Nonces {
    /** A nonce is good for an hour (RFC 8656, section 5, recommends that it expires). */
    static final long LIFETIME_SECONDS = TimeUnit.HOURS.toSeconds(1);
    /** Security feature "Password algorithms": bit 0, which is the leftmost (RFC 8489, section 18.1). */
    public static final int PASSWORD_ALGORITHMS = 1 << 23;
    /** Security feature "Username anonymity". */
    public static final int USERNAME_ANONYMITY = 1 << 22;
    private static final byte[] COOKIE = "obMatJos2".getBytes(StandardCharsets.US_ASCII);
    private static final int FEATURES_LENGTH = 4;
    private static final int MAC_BYTES = 8;
    private static final int LENGTH = COOKIE.length + FEATURES_LENGTH + 16;
    private static final String ALGORITHM = "HmacSHA256";
    private final Mac mac;
    private final int features;
    private final ByteBuffer scratch = ByteBuffer.allocate(32);

    /** Creates one from a random key and the features that the server offers. */
    public Nonces(byte[] key, int features) {
        this.features = features;
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a nonce for a client. */
    public byte[] make(AddressKey client, long wallMillis) {
        return nonce(client, (int) TimeUnit.MILLISECONDS.toSeconds(wallMillis));
    }

    private byte[] nonce(AddressKey client, int seconds) {
        scratch.clear();
        scratch.putInt(features).putInt(seconds).putLong(client.remoteHigh()).putLong(client.remoteLow()).putInt(client.remotePort());
        mac.update(scratch.array(), 0, scratch.position());
        byte[] tag = mac.doFinal();
        byte[] made = ByteBuffer.allocate(3 + 4 + MAC_BYTES).put((byte) (features >>> 16)).putShort((short) features).putInt(seconds)
                .put(tag, 0, MAC_BYTES).array();
        byte[] text = Base64.getEncoder().encode(made);
        return ByteBuffer.allocate(LENGTH).put(COOKIE).put(text).array();
    }

    /** Returns whether a nonce of anybody's begins with the nonce cookie and claims that password algorithms were offered. */
    public static boolean claimsPasswordAlgorithms(byte[] nonce) {
        int at = COOKIE.length;
        if (nonce.length < at + FEATURES_LENGTH || !Arrays.equals(nonce, 0, at, COOKIE, 0, at)) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(Arrays.copyOfRange(nonce, at, at + FEATURES_LENGTH))[0] < 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns whether the nonce was made for this client, with these features, and is not too old. */
    public boolean accepts(byte[] nonce, AddressKey client, long wallMillis) {
        if (nonce.length != LENGTH) {
            return false;
        }
        int seconds;
        try {
            byte[] decoded = Base64.getDecoder().decode(Arrays.copyOfRange(nonce, COOKIE.length, LENGTH));
            seconds = ByteBuffer.wrap(decoded).getInt(3);
        } catch (IllegalArgumentException e) {
            return false;
        }
        long age = TimeUnit.MILLISECONDS.toSeconds(wallMillis) - (seconds & 0xffffffffL);
        return age >= -1 && age <= LIFETIME_SECONDS && MessageDigest.isEqual(nonce, nonce(client, seconds));
    }
}
