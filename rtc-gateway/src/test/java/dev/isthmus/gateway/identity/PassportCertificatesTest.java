package dev.isthmus.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.URI;
import java.security.KeyPair;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

/** Whose certificate speaks for whom. */
class PassportCertificatesTest {
    private static final URI ADDRESS = URI.create("https://cert.example.org/a");
    private static final long DAY = 86_400_000L;
    private final KeyPair authority = PassportTest.pair("secp256r1");
    private final KeyPair key = PassportTest.pair("secp256r1");
    private long now = 1_700_000_000_000L;

    private X509Certificate certificate(KeyPair issuer, KeyPair of, String domain, boolean ca) throws Exception {
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(new X500Name("CN=authority"), BigInteger.ONE,
                new Date(now - DAY),
                new Date(now + DAY), new X500Name(ca ? "CN=authority" : "CN=key"), of.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, domain)));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
    }

    private PassportKeys keys(X509Certificate... chain) throws Exception {
        Set<TrustAnchor> anchors = Set.of(new TrustAnchor(certificate(authority, authority, "ca", true), null));
        return new PassportCertificates(address -> CompletableFuture.completedStage(List.of(chain)), anchors, () -> now);
    }

    @Test
    void aChainToTheAuthoritySpeaksForItsDomain() throws Exception {
        PassportKeys keys = keys(certificate(authority, key, "example.org", false));
        assertThat(keys.key(ADDRESS, "alice@EXAMPLE.org").toCompletableFuture().join()).isEqualTo(key.getPublic());
        assertThatThrownBy(() -> keys.key(ADDRESS, "alice@example.com").toCompletableFuture().join()).hasMessageContaining("is not for");
        now += 2 * DAY;
        assertThatThrownBy(() -> keys.key(ADDRESS, "alice@example.org").toCompletableFuture().join()).hasMessageContaining("not trusted");
    }

    @Test
    void anotherAuthorityIsNotBelieved() throws Exception {
        PassportKeys keys = keys(certificate(PassportTest.pair("secp256r1"), key, "example.org", false));
        assertThatThrownBy(() -> keys.key(ADDRESS, "alice@example.org").toCompletableFuture().join()).hasMessageContaining("not trusted");
        assertThatThrownBy(() -> keys().key(ADDRESS, "alice@example.org").toCompletableFuture().join()).hasMessageContaining("is not for");
    }
}
