package dev.isthmus.ice.dtls.bc;

import java.security.SecureRandom;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * What the library computes with for peers. AES-GCM is the platform's: data channels send much by it, and the library's own either is slow or makes
 * tables of 9 KB for each direction of thousands of associations.
 */
final class PeerCrypto extends BcTlsCrypto {
    PeerCrypto(SecureRandom random) {
        super(random);
    }

    @Override
    protected AEADBlockCipher createAEADBlockCipher_AES_GCM() {
        return new JceGcm();
    }
}
