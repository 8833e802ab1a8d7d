package dev.isthmus.gateway.srtp;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** The key derivation of RFC 3711, section 4.3, with a key derivation rate of zero: AES in counter mode over the salted label. */
final class KeyDerivation {
    static final int RTP_ENCRYPTION = 0;
    static final int RTP_AUTHENTICATION = 1;
    static final int RTP_SALT = 2;
    static final int RTCP_OFFSET = 3;
    private static final int BLOCK = 16;
    private static final int LABEL_OFFSET = 7;

    private KeyDerivation() {}

    /** Returns {@code length} bytes of session key for a label; a salt of 96 bits is used as RFC 7714, section 11, says. */
    static byte[] derive(byte[] masterKey, byte[] masterSalt, int label, int length) {
        byte[] counter = Arrays.copyOf(masterSalt, BLOCK);
        counter[LABEL_OFFSET] ^= (byte) label;
        byte[] out = new byte[(length + BLOCK - 1) / BLOCK * BLOCK];
        try {
            Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(masterKey, "AES"));
            for (int block = 0; block < out.length / BLOCK; block++) {
                counter[BLOCK - 1] = (byte) block;
                aes.update(counter, 0, BLOCK, out, block * BLOCK);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return Arrays.copyOf(out, length);
    }
}
