package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.time.RandomSource;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcECContentSignerBuilder;

/** A self-signed ECDSA P-256 certificate with its private key (RFC 8827, section 6.5). Make one on a worker: it takes milliseconds. */
public final class DtlsCertificate {
    private static final long VALID_DAYS = 365;
    private final byte[] der;
    private final AsymmetricKeyParameter privateKey;
    private final Fingerprint fingerprint;

    private DtlsCertificate(byte[] der, AsymmetricKeyParameter privateKey) {
        this.der = der;
        this.privateKey = privateKey;
        this.fingerprint = Fingerprint.of(Fingerprint.DEFAULT_ALGORITHM, der);
    }

    /** Makes a key and a certificate that is valid from a day ago for a year. */
    public static DtlsCertificate generate(RandomSource random, long wallMillis) {
        try {
            RandomAdapter secure = new RandomAdapter(random);
            X9ECParameters curve = CustomNamedCurves.getByName("secp256r1");
            ECKeyPairGenerator generator = new ECKeyPairGenerator();
            generator.init(new ECKeyGenerationParameters(new ECNamedDomainParameters(SECObjectIdentifiers.secp256r1, curve), secure));
            AsymmetricCipherKeyPair pair = generator.generateKeyPair();
            X500Name name = new X500Name("CN=isthmus");
            Date from = new Date(wallMillis - TimeUnit.DAYS.toMillis(1));
            Date to = new Date(wallMillis + TimeUnit.DAYS.toMillis(VALID_DAYS));
            BigInteger serial = new BigInteger(1, random.bytes(8)).add(BigInteger.ONE);
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(name, serial, from, to, name,
                    SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(pair.getPublic()));
            AlgorithmIdentifier signature = new DefaultSignatureAlgorithmIdentifierFinder().find("SHA256withECDSA");
            AlgorithmIdentifier digest = new DefaultDigestAlgorithmIdentifierFinder().find(signature);
            byte[] der = builder.build(new BcECContentSignerBuilder(signature, digest).build(pair.getPrivate())).getEncoded();
            return new DtlsCertificate(der, pair.getPrivate());
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the SHA-256 fingerprint for SDP. */
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    byte[] der() {
        return der;
    }

    AsymmetricKeyParameter privateKey() {
        return privateKey;
    }
}
