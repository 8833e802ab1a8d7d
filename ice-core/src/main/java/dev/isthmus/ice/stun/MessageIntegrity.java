package dev.isthmus.ice.stun;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** MESSAGE-INTEGRITY (RFC 8489, section 14.5): HMAC-SHA1 over the message before the attribute. One per loop; not thread-safe. */
public final class MessageIntegrity {
    static final int LENGTH = 20;
    static final int ATTRIBUTE_LENGTH = 4 + LENGTH;
    private static final String ALGORITHM = "HmacSHA1";
    private static final int LARGEST = 2048;

    private final Mac mac;
    private final byte[] scratch = new byte[LARGEST];
    private final byte[] digest = new byte[LENGTH];

    /** Creates one with its own scratch memory. */
    public MessageIntegrity() {
        try {
            mac = Mac.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the key of the long-term mechanism: MD5 of {@code user:realm:password} (section 9.2.2). */
    public static byte[] longTermKey(String username, String realm, String password) {
        try {
            return MessageDigest.getInstance("MD5").digest((username + ":" + realm + ":" + password).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the key of the short-term mechanism, as ICE uses it: the password itself (section 9.1.1). */
    public static byte[] shortTermKey(String password) {
        return password.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns whether the message carries the attribute and it fits the key; compared in constant time. */
    public boolean verify(StunMessage message, byte[] key) {
        if (!message.hasIntegrity() || message.integrityOffset() > LARGEST) {
            return false;
        }
        int covered = message.integrityOffset();
        compute(message.buffer(), message.start(), covered, key);
        int difference = 0;
        for (int i = 0; i < LENGTH; i++) {
            difference |= digest[i] ^ message.buffer().get(message.start() + covered + 4 + i);
        }
        return difference == 0;
    }

    /** Computes the attribute's value for the bytes of an unfinished message into {@code target}. */
    void sign(ByteBuffer buffer, int start, int covered, byte[] key, int target) {
        compute(buffer, start, covered, key);
        buffer.put(target, digest, 0, LENGTH);
    }

    private void compute(ByteBuffer buffer, int start, int covered, byte[] key) {
        buffer.get(start, scratch, 0, covered);
        int length = covered - StunMessage.HEADER_LENGTH + ATTRIBUTE_LENGTH;
        scratch[StunMessage.LENGTH_OFFSET] = (byte) (length >>> 8);
        scratch[StunMessage.LENGTH_OFFSET + 1] = (byte) length;
        try {
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, ALGORITHM));
            mac.update(scratch, 0, covered);
            mac.doFinal(digest, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
