package dev.isthmus.gateway.embedded;

import dev.isthmus.ice.ops.Secret;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.RestSecret;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Mints TURN credentials for callers, good for ten minutes of allocating. What else they may do is the server's policy for its secret. */
public final class Mint {
    private static final int LIFETIME_SECONDS = (int) TimeUnit.MINUTES.toSeconds(10);
    private static final int NAME_LENGTH = 12;

    /** What a caller needs to allocate. */
    public record Minted(List<String> urls, String username, String credential, int lifetimeSeconds) {}

    private final RestSecret secret;
    private final List<String> urls;
    private final RandomSource random;
    private final WallClock wallClock;

    Mint(RestSecret secret, List<String> urls, RandomSource random, WallClock wallClock) {
        this.secret = secret;
        this.urls = List.copyOf(urls);
        this.random = random;
        this.wallClock = wallClock;
    }

    /** Returns a mint for another server that knows the secret, at those URLs. */
    public static Mint forServer(Secret secret, List<String> urls, RandomSource random, WallClock wallClock) {
        return new Mint(
                new RestSecret(secret.bytes(), RestSecret.Hash.valueOf(secret.hash().toUpperCase(Locale.ROOT)), CredentialPolicy.USER),
                urls, random, wallClock);
    }

    /** Returns this mint with other URLs to tell. */
    public Mint at(List<String> otherUrls) {
        return otherUrls.isEmpty() ? this : new Mint(secret, otherUrls, random, wallClock);
    }

    /** Mints a credential. */
    public Minted mint() {
        String username = TimeUnit.MILLISECONDS.toSeconds(wallClock.millis()) + LIFETIME_SECONDS + ":" + random.token(NAME_LENGTH);
        return new Minted(urls, username, secret.password(username), LIFETIME_SECONDS);
    }
}
