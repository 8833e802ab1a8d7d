package dev.isthmus.ice.dtls.bc;

import java.security.SecureRandom;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.gcm.BasicGCMMultiplier;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * What the library computes with for peers. AES-GCM goes without the tables that it usually makes for each direction, 9 KB each: there are thousands of
 * associations, and next to none of what they carry are DTLS records.
 */
final class PeerCrypto extends BcTlsCrypto {
    PeerCrypto(SecureRandom random) {
        super(random);
    }

    @Override
    protected AEADBlockCipher createAEADBlockCipher_AES_GCM() {
        return GCMBlockCipher.newInstance(AESEngine.newInstance(), new BasicGCMMultiplier());
    }
}
