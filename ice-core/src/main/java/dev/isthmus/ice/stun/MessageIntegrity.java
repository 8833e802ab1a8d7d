package dev.isthmus.ice.stun;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256 (RFC 8489, sections 14.5 and 14.6): an HMAC over the message before the attribute. One per
 * loop; not thread-safe.
 */
public final class MessageIntegrity {
    private static final int LARGEST = 2048;

    private final Hmac sha1 = new Hmac("HmacSHA1", StunMessage.SHA1_LENGTH);
    private final Hmac sha256 = new Hmac("HmacSHA256", StunMessage.SHA256_LENGTH);
    private final byte[] scratch = new byte[LARGEST];

    /** One of the two attributes. */
    private static final class Hmac {
        final String algorithm;
        final Mac mac;
        final byte[] digest;

        Hmac(String algorithm, int length) {
            this.algorithm = algorithm;
            this.digest = new byte[length];
            try {
                mac = Mac.getInstance(algorithm);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Returns the key of the short-term mechanism, as ICE uses it: the password itself (section 9.1.1). */
    public static byte[] shortTermKey(String password) {
        return password.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns whether the message carries MESSAGE-INTEGRITY and it fits the key; compared in constant time. */
    public boolean verify(StunMessage message, byte[] key) {
        return message.hasIntegrity() && verify(message, message.integrityOffset(), sha1, key);
    }

    /** Returns whether the message carries MESSAGE-INTEGRITY-SHA256 in full length and it fits the key; compared in constant time. */
    public boolean verifySha256(StunMessage message, byte[] key) {
        return message.hasIntegritySha256() && verify(message, message.integritySha256Offset(), sha256, key);
    }

    private boolean verify(StunMessage message, int covered, Hmac hmac, byte[] key) {
        if (covered > LARGEST) {
            return false;
        }
        compute(message.buffer(), message.start(), covered, hmac, key);
        int difference = 0;
        for (int i = 0; i < hmac.digest.length; i++) {
            difference |= hmac.digest[i] ^ message.buffer().get(message.start() + covered + 4 + i);
        }
        return difference == 0;
    }

    /** Computes MESSAGE-INTEGRITY for the bytes of an unfinished message into {@code target}. */
    void sign(ByteBuffer buffer, int start, int covered, byte[] key, int target) {
        compute(buffer, start, covered, sha1, key);
        buffer.put(target, sha1.digest);
    }

    /** Computes MESSAGE-INTEGRITY-SHA256 for the bytes of an unfinished message into {@code target}. */
    void signSha256(ByteBuffer buffer, int start, int covered, byte[] key, int target) {
        compute(buffer, start, covered, sha256, key);
        buffer.put(target, sha256.digest);
    }

    private void compute(ByteBuffer buffer, int start, int covered, Hmac hmac, byte[] key) {
        buffer.get(start, scratch, 0, covered);
        int length = covered - StunMessage.HEADER_LENGTH + 4 + hmac.digest.length;
        scratch[StunMessage.LENGTH_OFFSET] = (byte) (length >>> 8);
        scratch[StunMessage.LENGTH_OFFSET + 1] = (byte) length;
        try {
            hmac.mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, hmac.algorithm));
            hmac.mac.update(scratch, 0, covered);
            hmac.mac.doFinal(hmac.digest, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
