package dev.isthmus.turn.auth;

import dev.isthmus.ice.net.AddressKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Nonces that need no memory: the time at which one was made and a MAC over that time and the client's address. One made for another address,
 * by another server or too long ago is stale. One per loop; not thread-safe, but all with one key accept each other's.
 *
 * <pre>
 *  0..7   seconds since 1970, hexadecimal
 *  8..31  first 12 bytes of HMAC-SHA256(key, seconds, client address and port), hexadecimal
 * </pre>
 */
public final class Nonces {
    /** A nonce is good for an hour (RFC 8656, section 5, recommends that it expires). */
    static final long LIFETIME_SECONDS = TimeUnit.HOURS.toSeconds(1);
    private static final int TIME_LENGTH = 8;
    private static final int MAC_BYTES = 12;
    private static final int LENGTH = TIME_LENGTH + 2 * MAC_BYTES;
    private static final String ALGORITHM = "HmacSHA256";
    private final Mac mac;
    private final ByteBuffer scratch = ByteBuffer.allocate(32);

    /** Creates one from a random key. */
    public Nonces(byte[] key) {
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
        scratch.putInt(seconds).putLong(client.remoteHigh()).putLong(client.remoteLow()).putInt(client.remotePort());
        mac.update(scratch.array(), 0, scratch.position());
        byte[] tag = Arrays.copyOf(mac.doFinal(), MAC_BYTES);
        HexFormat hex = HexFormat.of();
        return (hex.toHexDigits(seconds) + hex.formatHex(tag)).getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns whether the nonce was made for this client and is not too old. */
    public boolean accepts(byte[] nonce, AddressKey client, long wallMillis) {
        String text = new String(nonce, StandardCharsets.US_ASCII);
        if (nonce.length != LENGTH || !text.substring(0, TIME_LENGTH).matches("[0-9a-f]{8}")) {
            return false;
        }
        int seconds = (int) Long.parseLong(text.substring(0, TIME_LENGTH), 16);
        long age = TimeUnit.MILLISECONDS.toSeconds(wallMillis) - (seconds & 0xffffffffL);
        return age >= -1 && age <= LIFETIME_SECONDS && java.security.MessageDigest.isEqual(nonce, nonce(client, seconds));
    }
}
