package dev.isthmus.gateway.identity;

import java.net.URI;
import java.security.PublicKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds the keys that tokens are signed with, and says for whom they may speak: without that, anybody could sign for everybody. */
@FunctionalInterface
public interface PassportKeys {
    /**
     * Completes with the key whose certificate is at an address, if it may speak for an identity; with {@link IdentityException} or another exception when
     * there is none.
     *
     * @param x5u as the token has it: whoever made the token has chosen it
     * @param identity {@code user@domain}
     */
    CompletionStage<PublicKey> key(URI x5u, String identity);

    /** Returns one key that speaks for all of a domain, whatever address tokens name. */
    static PassportKeys of(String domain, PublicKey key) {
        String wanted = IdentityName.ascii(domain);
        return (x5u, identity) -> IdentityName.domain(identity).equals(wanted)
                ? CompletableFuture.completedStage(key)
                : CompletableFuture.failedStage(PassportToken.invalid("nobody is known who speaks for " + identity));
    }
}
