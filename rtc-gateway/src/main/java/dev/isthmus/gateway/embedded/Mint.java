package dev.isthmus.gateway.embedded;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.RestSecret;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Mints TURN credentials for callers: good for ten minutes, two allocations, and no peer but the gateway's own media ports. */
public final class Mint {
    /** How long a minted credential is good. */
    public static final int LIFETIME_SECONDS = (int) TimeUnit.MINUTES.toSeconds(10);
    private static final int MAX_ALLOCATIONS = 2;
    private static final int NAME_LENGTH = 12;

    /** What a caller needs to allocate. */
    public record Minted(List<String> urls, String username, String credential, int lifetimeSeconds) {}

    private final RestSecret secret;
    private final List<String> urls;
    private final RandomSource random;
    private final WallClock wallClock;

    private Mint(RestSecret secret, List<String> urls, RandomSource random, WallClock wallClock) {
        this.secret = secret;
        this.urls = List.copyOf(urls);
        this.random = random;
        this.wallClock = wallClock;
    }

    /** Returns a secret of this process whose credentials reach only the given media addresses. */
    public static RestSecret secret(List<TransportAddress> media, RandomSource random) {
        return new RestSecret(random.bytes(32), new CredentialPolicy(media, MAX_ALLOCATIONS, LIFETIME_SECONDS));
    }

    /** Returns a mint for the server that knows the secret, at those URLs. */
    public static Mint of(RestSecret secret, List<String> urls, RandomSource random, WallClock wallClock) {
        return new Mint(secret, urls, random, wallClock);
    }

    /** Mints a credential. */
    public Minted mint() {
        String username = TimeUnit.MILLISECONDS.toSeconds(wallClock.millis()) + LIFETIME_SECONDS + ":" + random.token(NAME_LENGTH);
        return new Minted(urls, username, secret.password(username), LIFETIME_SECONDS);
    }
}
