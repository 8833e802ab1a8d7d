package dev.isthmus.ice.dtls.bc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * A certificate with its chain and its private key, read from PEM text.
 *
 * @param key PKCS #8, or the older forms of RSA and EC keys; not encrypted
 * @param chain the certificate first, then those that vouch for it
 */
public record PemIdentity(PrivateKey key, List<X509Certificate> chain) {
    private static final byte[] PROBE = "isthmus".getBytes(StandardCharsets.US_ASCII);

    /** Reads the two texts; the exception says what is wrong with them, also that they do not belong together. */
    public static PemIdentity parse(String certificates, String privateKey) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        byte[] bytes = certificates.getBytes(StandardCharsets.US_ASCII);
        for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
            chain.add((X509Certificate) one);
        }
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("no certificate in PEM form");
        }
        PemIdentity identity = new PemIdentity(key(privateKey), List.copyOf(chain));
        identity.prove();
        return identity;
    }

    private static PrivateKey key(String text) throws GeneralSecurityException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
                if (object instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (object instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
            }
        } catch (IOException e) {
            throw new GeneralSecurityException("the key cannot be read: " + e.getMessage(), e);
        }
        throw new GeneralSecurityException("no unencrypted private key in PEM form");
    }

    /** What the key signs, the certificate must verify. */
    private void prove() throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC", "ECDSA" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(chain.get(0));
            signature.update(PROBE);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException("the key is not the certificate's", e);
        }
        throw new GeneralSecurityException("the key is not the certificate's");
    }
}
