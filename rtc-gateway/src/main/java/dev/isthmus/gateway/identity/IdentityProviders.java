package dev.isthmus.gateway.identity;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The providers that a program knows, and whom it believes what (RFC 8827, sections 7.5 and 7.8). Immutable; the methods return changed copies. */
public final class IdentityProviders {
    /** Finds a provider that is not registered: where that takes I/O, say. */
    @FunctionalInterface
    public interface Loader {
        /** Completes with the provider, or as {@link IdentityException} says; an SSLException means that its certificate is not trusted. */
        CompletionStage<RTCIdentityProvider> load(RTCIdentityProviderDetails details);
    }

    /** None, and so no peer is believed anything. */
    public static final IdentityProviders NONE = new IdentityProviders(Map.of(), IdentityProviders::unknown, Set.of(), "null",
            TimeUnit.SECONDS.toMillis(15));

    private record ThirdParty(String provider, String domain) {}

    private final Map<RTCIdentityProviderDetails, RTCIdentityProvider> known;
    private final Loader loader;
    private final Set<ThirdParty> trusted;
    private final String origin;
    private final long timeoutMillis;

    private IdentityProviders(Map<RTCIdentityProviderDetails, RTCIdentityProvider> known, Loader loader, Set<ThirdParty> trusted,
            String origin, long timeoutMillis) {
        this.known = known;
        this.loader = loader;
        this.trusted = trusted;
        this.origin = origin;
        this.timeoutMillis = timeoutMillis;
    }

    private static CompletionStage<RTCIdentityProvider> unknown(RTCIdentityProviderDetails details) {
        return CompletableFuture
                .failedStage(IdentityException.notLoaded(null, "no provider " + details.domain() + " with protocol " + details.protocol()));
    }

    /** Returns the same with a provider more. */
    public IdentityProviders with(String domain, String protocol, RTCIdentityProvider provider) {
        Map<RTCIdentityProviderDetails, RTCIdentityProvider> more = new HashMap<>(known);
        more.put(new RTCIdentityProviderDetails(IdentityName.ascii(domain), protocol), provider);
        return new IdentityProviders(Map.copyOf(more), loader, trusted, origin, timeoutMillis);
    }

    /** Returns the same with who finds providers that are not registered. */
    public IdentityProviders withLoader(Loader another) {
        return new IdentityProviders(known, another, trusted, origin, timeoutMillis);
    }

    /** Returns the same that also believes a provider what it says of people of another domain (RFC 8827, section 7.8). */
    public IdentityProviders withThirdParty(String providerDomain, String ofDomain) {
        Set<ThirdParty> more = new HashSet<>(trusted);
        more.add(new ThirdParty(IdentityName.ascii(providerDomain), IdentityName.ascii(ofDomain)));
        return new IdentityProviders(known, loader, Set.copyOf(more), origin, timeoutMillis);
    }

    /** Returns the same with what providers are told of who asks; it is {@code null} otherwise, as in pages without an origin. */
    public IdentityProviders withOrigin(String another) {
        return new IdentityProviders(known, loader, trusted, another, timeoutMillis);
    }

    /** Returns the same with another limit for how long a provider may take; it is 15 s otherwise. */
    public IdentityProviders withTimeoutMillis(long millis) {
        return new IdentityProviders(known, loader, trusted, origin, millis);
    }

    /** Returns what providers are told of who asks. */
    public String origin() {
        return origin;
    }

    /** Returns how long a provider may take, in milliseconds. */
    public long timeoutMillis() {
        return timeoutMillis;
    }

    /** Finds a provider. */
    public CompletionStage<RTCIdentityProvider> load(RTCIdentityProviderDetails details) {
        RTCIdentityProvider registered = known
                .get(new RTCIdentityProviderDetails(IdentityName.ascii(details.domain()), details.protocol()));
        return registered == null ? loader.load(details) : CompletableFuture.completedStage(registered);
    }

    /** Returns whether a provider may say who that is. */
    public boolean isAuthority(String providerDomain, String identity) {
        String domain = IdentityName.domain(identity);
        String provider = IdentityName.ascii(providerDomain.replaceFirst(":[0-9]+$", ""));
        return !domain.isEmpty() && (domain.equals(provider) || trusted.contains(new ThirdParty(provider, domain)));
    }
}
