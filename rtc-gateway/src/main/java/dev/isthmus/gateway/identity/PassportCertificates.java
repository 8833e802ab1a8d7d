package dev.isthmus.gateway.identity;

import dev.isthmus.ice.time.WallClock;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Keys by their certificates: a chain to an authority that is trusted, valid now, for the domain of the identity (RFC 8226, RFC 8224, section 6.2). Nothing is
 * asked of the network here: revocation is not looked at.
 */
public final class PassportCertificates implements PassportKeys {
    private static final int DNS_NAME = 2;
    private final Function<URI, CompletionStage<List<X509Certificate>>> chains;
    private final Set<TrustAnchor> authorities;
    private final WallClock clock;

    /**
     * Creates it.
     *
     * @param chains has the certificates at an address, the key's own first; addresses come from whoever makes a token, so that it fetches only what it
     *     wants to
     */
    public PassportCertificates(Function<URI, CompletionStage<List<X509Certificate>>> chains, Set<TrustAnchor> authorities,
            WallClock clock) {
        this.chains = chains;
        this.authorities = Set.copyOf(authorities);
        this.clock = clock;
    }

    @Override
    public CompletionStage<PublicKey> key(URI x5u, String identity) {
        return chains.apply(x5u).thenApply(chain -> {
            if (chain.isEmpty() || !isFor(chain.get(0), IdentityName.domain(identity))) {
                throw PassportToken.invalid("its certificate is not for " + identity);
            }
            validate(chain);
            return chain.get(0).getPublicKey();
        });
    }

    private static boolean isFor(X509Certificate certificate, String domain) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names != null && names.stream()
                    .anyMatch(
                            n -> Integer.valueOf(DNS_NAME).equals(n.get(0)) && IdentityName.ascii(String.valueOf(n.get(1))).equals(domain));
        } catch (CertificateException e) {
            return false;
        }
    }

    private void validate(List<X509Certificate> chain) {
        try {
            PKIXParameters parameters = new PKIXParameters(authorities);
            parameters.setRevocationEnabled(false);
            parameters.setDate(new Date(clock.millis()));
            CertPathValidator.getInstance("PKIX").validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
        } catch (GeneralSecurityException e) {
            throw PassportToken.invalid("its certificate is not trusted: " + e.getMessage());
        }
    }
}
