package dev.isthmus.gateway.srtp;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/** AES_128_CM_HMAC_SHA1_80 (RFC 3711, sections 4.1.1 and 4.2.1). The key stream of a packet is one bulk encryption of its counter blocks. */
final class AesCmTransform implements SrtpTransform {
    private static final int TAG = 10;
    private static final int INDEX = 4;
    private static final int BLOCK = 16;
    private static final int MAX_BLOCKS = 128;
    private static final int RTCP_HEADER = 8;
    private static final int AUTHENTICATION_KEY = 20;

    private final Keys rtp;
    private final Keys rtcp;
    private final byte[] counters = new byte[MAX_BLOCKS * BLOCK];
    private final byte[] stream = new byte[MAX_BLOCKS * BLOCK];
    private final byte[] digest = new byte[AUTHENTICATION_KEY];
    private final byte[] trailer = new byte[INDEX];

    /** The session keys of RTP or RTCP. */
    private static final class Keys {
        final Cipher aes;
        final Mac mac;
        final long saltHigh;
        final long saltLow;

        Keys(byte[] masterKey, byte[] masterSalt, int offset) {
            this(KeyDerivation.derive(masterKey, masterSalt, offset + KeyDerivation.RTP_ENCRYPTION, masterKey.length),
                    KeyDerivation.derive(masterKey, masterSalt, offset + KeyDerivation.RTP_SALT, masterSalt.length),
                    KeyDerivation.derive(masterKey, masterSalt, offset + KeyDerivation.RTP_AUTHENTICATION, AUTHENTICATION_KEY));
        }

        Keys(byte[] key, byte[] salt, byte[] auth) {
            saltHigh = big(salt, 0, 8);
            saltLow = big(salt, 8, 6) << 16;
            try {
                aes = Cipher.getInstance("AES/ECB/NoPadding");
                aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
                mac = Mac.getInstance("HmacSHA1");
                mac.init(new SecretKeySpec(auth, "HmacSHA1"));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    AesCmTransform(byte[] masterKey, byte[] masterSalt) {
        this(new Keys(masterKey, masterSalt, 0), new Keys(masterKey, masterSalt, KeyDerivation.RTCP_OFFSET));
    }

    private AesCmTransform(Keys rtp, Keys rtcp) {
        this.rtp = rtp;
        this.rtcp = rtcp;
    }

    /** Skips the derivation, as the RFC's own test vectors do. */
    static AesCmTransform ofSessionKeys(byte[] key, byte[] salt) {
        Keys keys = new Keys(key, salt, new byte[AUTHENTICATION_KEY]);
        return new AesCmTransform(keys, keys);
    }

    static long big(byte[] b, int at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | b[at + i] & 0xff;
        }
        return value;
    }

    static void putLong(byte[] b, int at, long value) {
        for (int i = 0; i < 8; i++) {
            b[at + i] = (byte) (value >>> 56 - 8 * i);
        }
    }

    static void putInt(byte[] b, int at, int value) {
        for (int i = 0; i < 4; i++) {
            b[at + i] = (byte) (value >>> 24 - 8 * i);
        }
    }

    /** Section 4.1.1: IV = (salt * 2^16) XOR (SSRC * 2^64) XOR (index * 2^16). */
    private void crypt(Keys keys, byte[] packet, int from, int to, int ssrc, long index) {
        int length = to - from;
        int blocks = (length + BLOCK - 1) / BLOCK;
        long high = keys.saltHigh ^ ssrc & 0xffffffffL;
        long low = keys.saltLow ^ index << 16;
        for (int i = 0; i < blocks; i++) {
            putLong(counters, i * BLOCK, high);
            putLong(counters, i * BLOCK + 8, low + i);
        }
        try {
            keys.aes.update(counters, 0, blocks * BLOCK, stream, 0);
        } catch (ShortBufferException e) {
            throw new IllegalStateException(e);
        }
        for (int i = 0; i < length; i++) {
            packet[from + i] ^= stream[i];
        }
    }

    private void tag(Keys keys, byte[] packet, int length) {
        try {
            keys.mac.update(packet, 0, length);
            keys.mac.doFinal(digest, 0);
        } catch (ShortBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The tag of an RTP packet covers the roll-over counter behind it. */
    private void rtpTag(byte[] packet, int length, long index) {
        putInt(trailer, 0, (int) (index >>> 16));
        rtp.mac.update(packet, 0, length);
        try {
            rtp.mac.update(trailer, 0, INDEX);
            rtp.mac.doFinal(digest, 0);
        } catch (ShortBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean tagIs(byte[] packet, int at) {
        int difference = 0;
        for (int i = 0; i < TAG; i++) {
            difference |= digest[i] ^ packet[at + i];
        }
        return difference == 0;
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
        crypt(rtp, packet, headerLength, length, ssrc, index);
        rtpTag(packet, length, index);
        System.arraycopy(digest, 0, packet, length, TAG);
        return length + TAG;
    }

    @Override
    public int unprotectRtp(byte[] packet, int length, int headerLength, int ssrc, long index) {
        int plain = length - TAG;
        rtpTag(packet, plain, index);
        if (!tagIs(packet, plain)) {
            return -1;
        }
        crypt(rtp, packet, headerLength, plain, ssrc, index);
        return plain;
    }

    @Override
    public int protectRtcp(byte[] packet, int length, int ssrc, int index) {
        crypt(rtcp, packet, RTCP_HEADER, length, ssrc, index);
        putInt(packet, length, index | 0x80000000);
        tag(rtcp, packet, length + INDEX);
        System.arraycopy(digest, 0, packet, length + INDEX, TAG);
        return length + INDEX + TAG;
    }

    @Override
    public int unprotectRtcp(byte[] packet, int length, int ssrc) {
        int covered = length - TAG;
        tag(rtcp, packet, covered);
        if (!tagIs(packet, covered)) {
            return -1;
        }
        int word = (int) big(packet, covered - INDEX, INDEX);
        if (word < 0) {
            crypt(rtcp, packet, RTCP_HEADER, covered - INDEX, ssrc, word & 0x7fffffff);
        }
        return covered - INDEX;
    }
}
