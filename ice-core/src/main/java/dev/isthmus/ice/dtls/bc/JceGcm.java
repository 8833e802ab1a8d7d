package dev.isthmus.ice.dtls.bc;

import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jspecify.annotations.Nullable;

/** AES-GCM of the platform, which has instructions of the processor for it, in the form that the library wants. */
final class JceGcm implements AEADBlockCipher {
    private @Nullable Cipher cipher;
    private @Nullable KeyParameter known;
    private @Nullable SecretKeySpec key;
    private int tag;
    private boolean encrypts;

    @Override
    public void init(boolean forEncryption, CipherParameters parameters) {
        if (!(parameters instanceof AEADParameters p)) {
            throw new IllegalArgumentException("AEAD parameters are wanted");
        }
        try {
            if (p.getKey() != known || key == null) {
                known = p.getKey();
                key = new SecretKeySpec(p.getKey().getKey(), "AES");
            }
            if (cipher == null) {
                cipher = Cipher.getInstance("AES/GCM/NoPadding");
            }
            encrypts = forEncryption;
            tag = p.getMacSize() / 8;
            cipher.init(forEncryption ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE, key, new GCMParameterSpec(p.getMacSize(), p.getNonce()));
            if (p.getAssociatedText() != null) {
                cipher.updateAAD(p.getAssociatedText());
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher ready() {
        return Objects.requireNonNull(cipher, "init comes first");
    }

    @Override
    public String getAlgorithmName() {
        return "AES/GCM";
    }

    @Override
    public BlockCipher getUnderlyingCipher() {
        return AESEngine.newInstance();
    }

    @Override
    public void processAADByte(byte in) {
        ready().updateAAD(new byte[]{in});
    }

    @Override
    public void processAADBytes(byte[] in, int inOff, int len) {
        ready().updateAAD(in, inOff, len);
    }

    @Override
    public int processByte(byte in, byte[] out, int outOff) {
        return processBytes(new byte[]{in}, 0, 1, out, outOff);
    }

    @Override
    public int processBytes(byte[] in, int inOff, int len, byte[] out, int outOff) {
        try {
            return ready().update(in, inOff, len, out, outOff);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int doFinal(byte[] out, int outOff) throws InvalidCipherTextException {
        try {
            return ready().doFinal(out, outOff);
        } catch (AEADBadTagException e) {
            throw new InvalidCipherTextException("mac check in GCM failed", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nobody asks: the tag stands behind what is encrypted. */
    @Override
    public byte[] getMac() {
        return new byte[tag];
    }

    @Override
    public int getUpdateOutputSize(int len) {
        return encrypts ? len : 0;
    }

    @Override
    public int getOutputSize(int len) {
        return encrypts ? len + tag : Math.max(0, len - tag);
    }

    @Override
    public void reset() {
        // each record begins with init
    }
}
