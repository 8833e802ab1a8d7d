package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.time.RandomSource;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcECContentSignerBuilder;
import org.bouncycastle.operator.bc.BcRSAContentSignerBuilder;

/** A self-signed certificate with its private key (RFC 8827, section 6.5). Make one on a worker: it takes milliseconds, with RSA far more. */
public final class DtlsCertificate {
    private static final long VALID_MILLIS = TimeUnit.DAYS.toMillis(365);
    private static final int RSA_BITS = 2048;
    private static final int CERTAINTY = 80;
    private final byte[] der;
    private final AsymmetricKeyParameter privateKey;
    private final Fingerprint fingerprint;
    private final long expiresMillis;

    private DtlsCertificate(byte[] der, AsymmetricKeyParameter privateKey, long expiresMillis) {
        this.der = der;
        this.privateKey = privateKey;
        this.fingerprint = Fingerprint.of(Fingerprint.DEFAULT_ALGORITHM, der);
        this.expiresMillis = expiresMillis;
    }

    /** Makes a key of ECDSA with P-256 and a certificate that is valid from a day ago for a year. */
    public static DtlsCertificate generate(RandomSource random, long wallMillis) {
        return generate(random, wallMillis, VALID_MILLIS, false);
    }

    /**
     * Makes a key and a certificate that is valid from a day ago.
     *
     * @param lifetimeMillis how long from now
     * @param rsa whether the key is one of RSA with 2048 bits, else of ECDSA with P-256
     */
    public static DtlsCertificate generate(RandomSource random, long wallMillis, long lifetimeMillis, boolean rsa) {
        try {
            RandomAdapter secure = new RandomAdapter(random);
            AsymmetricCipherKeyPair pair = rsa ? rsaPair(secure) : ecPair(secure);
            X500Name name = new X500Name("CN=isthmus");
            long expires = wallMillis + lifetimeMillis;
            Date from = new Date(wallMillis - TimeUnit.DAYS.toMillis(1));
            BigInteger serial = new BigInteger(1, random.bytes(8)).add(BigInteger.ONE);
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(name, serial, from, new Date(expires), name,
                    SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(pair.getPublic()));
            AlgorithmIdentifier signature = new DefaultSignatureAlgorithmIdentifierFinder().find(rsa ? "SHA256withRSA" : "SHA256withECDSA");
            AlgorithmIdentifier digest = new DefaultDigestAlgorithmIdentifierFinder().find(signature);
            ContentSigner signer = rsa
                    ? new BcRSAContentSignerBuilder(signature, digest).build(pair.getPrivate())
                    : new BcECContentSignerBuilder(signature, digest).build(pair.getPrivate());
            return new DtlsCertificate(builder.build(signer).getEncoded(), pair.getPrivate(), expires);
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AsymmetricCipherKeyPair ecPair(SecureRandom random) {
        X9ECParameters curve = CustomNamedCurves.getByName("secp256r1");
        ECKeyPairGenerator generator = new ECKeyPairGenerator();
        generator.init(new ECKeyGenerationParameters(new ECNamedDomainParameters(SECObjectIdentifiers.secp256r1, curve), random));
        return generator.generateKeyPair();
    }

    private static AsymmetricCipherKeyPair rsaPair(SecureRandom random) {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(BigInteger.valueOf(65537), random, RSA_BITS, CERTAINTY));
        return generator.generateKeyPair();
    }

    /** Returns the SHA-256 fingerprint for SDP. */
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    /** Returns the fingerprint by another hash: sha-256, sha-384 or sha-512. */
    public Fingerprint fingerprint(String algorithm) {
        return Fingerprint.of(algorithm, der);
    }

    /** Returns when it ends, in milliseconds since 1970. */
    public long expiresMillis() {
        return expiresMillis;
    }

    boolean isRsa() {
        return privateKey instanceof RSAKeyParameters;
    }

    byte[] der() {
        return der;
    }

    AsymmetricKeyParameter privateKey() {
        return privateKey;
    }
}
