package dev.isthmus.gateway.identity;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.time.WallClock;
import java.net.URI;
import java.security.interfaces.ECPrivateKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A provider whose assertions are PASSporTs (RFC 8225): tokens that are signed with ES256 and name the fingerprints of the certificates in their {@code mky} claim, so that
 * the same key serves SIP Identity (RFC 8224). Immutable; the methods return changed copies.
 */
public final class PassportProvider implements RTCIdentityProvider {
    /** Under which protocol it is registered. */
    public static final String PROTOCOL = "passport";
    /** RFC 8224, section 6.2: a token is fresh for a minute. */
    private static final long USUAL_FRESHNESS_MILLIS = TimeUnit.SECONDS.toMillis(60);
    /** Whom a token is for that is for nobody in particular (RFC 3323, section 4.1.1.3). */
    private static final String ANYBODY = "sip:anonymous@anonymous.invalid";

    private record Signer(ECPrivateKey key, URI x5u) {}

    private final String domain;
    private final WallClock clock;
    private final PassportKeys keys;
    private final Map<String, Signer> signers;
    private final long freshnessMillis;

    private PassportProvider(String domain, WallClock clock, PassportKeys keys, Map<String, Signer> signers, long freshnessMillis) {
        this.domain = domain;
        this.clock = clock;
        this.keys = keys;
        this.signers = signers;
        this.freshnessMillis = freshnessMillis;
    }

    /**
     * Creates one that validates.
     *
     * @param domain of the provider
     * @param keys with which tokens are signed
     */
    public PassportProvider(String domain, WallClock clock, PassportKeys keys) {
        this(domain, clock, keys, Map.of(), USUAL_FRESHNESS_MILLIS);
    }

    /**
     * Returns one that also signs for an identity, {@code user@domain}; the first is taken when no hint says which.
     *
     * @param key of P-256
     * @param x5u where its certificate is
     */
    public PassportProvider signing(String identity, ECPrivateKey key, URI x5u) {
        Map<String, Signer> more = new LinkedHashMap<>(signers);
        more.put(identity, new Signer(key, x5u));
        return new PassportProvider(domain, clock, keys, more, freshnessMillis);
    }

    /** Returns one for which tokens are fresh for another time; it is a minute otherwise. */
    public PassportProvider withFreshnessMillis(long millis) {
        return new PassportProvider(domain, clock, keys, signers, millis);
    }

    @Override
    public CompletionStage<RTCIdentityAssertionResult> generateAssertion(String contents, String origin,
            RTCIdentityProviderOptions options) {
        String hint = options.usernameHint();
        String who = signers.keySet().stream().filter(s -> hint == null || IdentityName.same(s, hint)).findFirst().orElse(null);
        List<Fingerprint> fingerprints = IdentityContents.read(contents);
        if (who == null || fingerprints == null) {
            return failed(who == null ? "there is no key for " + Objects.requireNonNullElse(hint, "anybody") : "no fingerprints to sign");
        }
        Signer signer = Objects.requireNonNull(signers.get(who));
        String peer = options.peerIdentity();
        String token = PassportToken
                .sign(new PassportToken.Claims(signer.x5u(), "sip:" + who, List.of(peer == null ? ANYBODY : "sip:" + peer),
                        TimeUnit.MILLISECONDS.toSeconds(clock.millis()), fingerprints), signer.key());
        return CompletableFuture.completedStage(new RTCIdentityAssertionResult(new RTCIdentityProviderDetails(domain, PROTOCOL), token));
    }

    private static CompletionStage<RTCIdentityAssertionResult> failed(String why) {
        return CompletableFuture.failedStage(new IdentityException(IdentityException.Failure.EXECUTION_FAILURE, why));
    }

    @Override
    public CompletionStage<RTCIdentityValidationResult> validateAssertion(String assertion, String origin) {
        PassportToken token = PassportToken.read(assertion);
        String identity = identity(token.claims().orig());
        if (identity == null || token.claims().mky().isEmpty()) {
            throw PassportToken.invalid(identity == null ? "it is of nobody with a name" : "it names no fingerprints");
        }
        checkAge(token.claims().iat());
        return keys.key(token.claims().x5u(), identity).thenApply(key -> {
            if (!token.isSignedBy(key)) {
                throw PassportToken.invalid("it is not signed by " + identity);
            }
            return new RTCIdentityValidationResult(identity, IdentityContents.write(token.claims().mky()));
        });
    }

    /** A telephone number is one of the provider's users. */
    private @Nullable String identity(String orig) {
        if (PassportToken.isNumber(orig)) {
            return IdentityName.of(orig, domain);
        }
        int colon = orig.indexOf(':');
        String scheme = colon < 0 ? "" : orig.substring(0, colon);
        String name = orig.substring(colon + 1).replaceFirst("[;?].*", "");
        return scheme.matches("sips?") && !IdentityName.domain(name).isEmpty() ? name : null;
    }

    private void checkAge(long iatSeconds) {
        long age = clock.millis() - TimeUnit.SECONDS.toMillis(iatSeconds);
        if (age > freshnessMillis) {
            throw new IdentityException(IdentityException.Failure.TOKEN_EXPIRED, "the token was made " + age / 1000 + " s ago");
        }
        if (age < -freshnessMillis) {
            throw PassportToken.invalid("it is of the future");
        }
    }
}
