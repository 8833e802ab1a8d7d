package dev.isthmus.gateway.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.util.BigIntegers;

/** Signatures of ES256 (RFC 7518, section 3.4). The same key and bytes always give the same signature (RFC 6979), so that no randomness is needed. */
final class Es256 {
    private static final int COORDINATE = 32;
    static final int LENGTH = 2 * COORDINATE;
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256r1");

    private Es256() {}

    /** Returns both numbers of the signature, one after the other. */
    static byte[] sign(byte[] bytes, ECPrivateKey key) {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(key.getS(), new ECDomainParameters(CURVE)));
        BigInteger[] numbers = signer.generateSignature(sha256(bytes));
        byte[] both = new byte[LENGTH];
        BigIntegers.asUnsignedByteArray(numbers[0], both, 0, COORDINATE);
        BigIntegers.asUnsignedByteArray(numbers[1], both, COORDINATE, COORDINATE);
        return both;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every platform has it
        }
    }

    /** Returns whether the key that belongs to this one, which must be of P-256, has signed the bytes. */
    static boolean verifies(byte[] bytes, byte[] signature, PublicKey key) {
        if (!(key instanceof ECPublicKey ec) || !ec.getParams().getOrder().equals(CURVE.getN())) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(key);
            verifier.update(bytes);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
