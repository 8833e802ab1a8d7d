package dev.isthmus.gateway.srtp;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AEAD_AES_128_GCM (RFC 7714, sections 8 and 9). */
final class AesGcmTransform implements SrtpTransform {
    private static final int TAG = 16;
    private static final int INDEX = 4;
    private static final int IV = 12;
    private static final int RTCP_HEADER = 8;

    private final Keys rtp;
    private final Keys rtcp;
    private final byte[] iv = new byte[IV];
    private final byte[] work = new byte[2304];
    private final byte[] word = new byte[INDEX];

    /** The session keys of RTP or RTCP; both directions of the cipher are kept, only one is used. */
    private static final class Keys {
        final Cipher cipher;
        final SecretKeySpec key;
        final byte[] salt;

        Keys(byte[] masterKey, byte[] masterSalt, int offset) {
            this(KeyDerivation.derive(masterKey, masterSalt, offset + KeyDerivation.RTP_ENCRYPTION, masterKey.length),
                    KeyDerivation.derive(masterKey, masterSalt, offset + KeyDerivation.RTP_SALT, IV));
        }

        Keys(byte[] sessionKey, byte[] sessionSalt) {
            key = new SecretKeySpec(sessionKey, "AES");
            salt = sessionSalt;
            try {
                cipher = Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    AesGcmTransform(byte[] masterKey, byte[] masterSalt) {
        this(new Keys(masterKey, masterSalt, 0), new Keys(masterKey, masterSalt, KeyDerivation.RTCP_OFFSET));
    }

    private AesGcmTransform(Keys rtp, Keys rtcp) {
        this.rtp = rtp;
        this.rtcp = rtcp;
    }

    /** Skips the derivation, as the RFC's own test vectors do. */
    static AesGcmTransform ofSessionKeys(byte[] key, byte[] salt) {
        return new AesGcmTransform(new Keys(key, salt), new Keys(key, salt));
    }

    /** Section 8.1: 16 zero bits, SSRC, 48-bit index, all XOR the salt. Section 9.1 puts the 31-bit index in the last 32 of the 48 bits. */
    private void nonce(Keys keys, int ssrc, long index) {
        iv[0] = 0;
        iv[1] = 0;
        AesCmTransform.putInt(iv, 2, ssrc);
        iv[6] = (byte) (index >>> 40);
        iv[7] = (byte) (index >>> 32);
        AesCmTransform.putInt(iv, 8, (int) index);
        for (int i = 0; i < IV; i++) {
            iv[i] ^= keys.salt[i];
        }
    }

    private void begin(Keys keys, int mode, int ssrc, long index) throws GeneralSecurityException {
        nonce(keys, ssrc, index);
        keys.cipher.init(mode, keys.key, new GCMParameterSpec(TAG * 8, iv));
    }

    private int finish(Keys keys, byte[] packet, int from, int to) throws GeneralSecurityException {
        int produced = keys.cipher.doFinal(packet, from, to - from, work, 0);
        System.arraycopy(work, 0, packet, from, produced);
        return from + produced;
    }

    @Override
    public int rtpOverhead() {
        return TAG;
    }

    @Override
    public int rtcpOverhead() {
        return TAG + INDEX;
    }

    @Override
    public int protectRtp(byte[] packet, int length, int headerLength, int ssrc, long index) {
        try {
            begin(rtp, Cipher.ENCRYPT_MODE, ssrc, index);
            rtp.cipher.updateAAD(packet, 0, headerLength);
            return finish(rtp, packet, headerLength, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The cipher refuses the nonce that it has had last; one of another kind in between, whose first bits are no packet's, encrypts nothing. */
    @Override
    public int repeatRtp(byte[] packet, int length, int headerLength, int ssrc, long index) {
        nonce(rtp, ssrc, index);
        iv[0] ^= 1;
        try {
            rtp.cipher.init(Cipher.ENCRYPT_MODE, rtp.key, new GCMParameterSpec(TAG * 8, iv));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return protectRtp(packet, length, headerLength, ssrc, index);
    }

    @Override
    public int unprotectRtp(byte[] packet, int length, int headerLength, int ssrc, long index) {
        try {
            begin(rtp, Cipher.DECRYPT_MODE, ssrc, index);
            rtp.cipher.updateAAD(packet, 0, headerLength);
            return finish(rtp, packet, headerLength, length);
        } catch (AEADBadTagException e) {
            return -1;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int protectRtcp(byte[] packet, int length, int ssrc, int index) {
        try {
            begin(rtcp, Cipher.ENCRYPT_MODE, ssrc, index);
            AesCmTransform.putInt(word, 0, index | 0x80000000);
            rtcp.cipher.updateAAD(packet, 0, RTCP_HEADER);
            rtcp.cipher.updateAAD(word);
            int end = finish(rtcp, packet, RTCP_HEADER, length);
            System.arraycopy(word, 0, packet, end, INDEX);
            return end + INDEX;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int unprotectRtcp(byte[] packet, int length, int ssrc) {
        int end = length - INDEX;
        System.arraycopy(packet, end, word, 0, INDEX);
        int index = (int) AesCmTransform.big(word, 0, INDEX);
        boolean encrypted = index < 0;
        try {
            begin(rtcp, Cipher.DECRYPT_MODE, ssrc, index & 0x7fffffff);
            if (encrypted) {
                rtcp.cipher.updateAAD(packet, 0, RTCP_HEADER);
                rtcp.cipher.updateAAD(word);
                return finish(rtcp, packet, RTCP_HEADER, end);
            }
            // Section 9.3: without encryption everything but the tag is associated data.
            rtcp.cipher.updateAAD(packet, 0, end - TAG);
            rtcp.cipher.updateAAD(word);
            rtcp.cipher.doFinal(packet, end - TAG, TAG, work, 0);
            return end - TAG;
        } catch (AEADBadTagException e) {
            return -1;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
