package dev.isthmus.turn.auth;

import dev.isthmus.ice.stun.PasswordAlgorithm;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where users are kept that the process does not know itself: a database, a service over HTTP. It is asked by the name of a client's USERNAME
 * attribute; answers are remembered for a while, see {@link Lookups}.
 */
public interface CredentialSource {
    /**
     * A user that was found.
     *
     * @param user name and keys, made with the realm of the server
     * @param policy what the user may do
     * @param expiresMillis wall clock time at which the credential ends, or {@link Long#MAX_VALUE}
     */
    record Found(LongTermUser user, CredentialPolicy policy, long expiresMillis) {}

    /**
     * Begins to look a user up. Called on a loop's thread, so it must return at once; the stage may complete on any thread, with null when
     * there is no such user and exceptionally when the store does not answer.
     *
     * @param username as the client gave it, prepared as an opaque string (RFC 8265)
     */
    CompletionStage<@Nullable Found> find(String username);

    /** Returns the password algorithms for which the store has the key of every user; no other is offered to clients. */
    default List<PasswordAlgorithm> algorithms() {
        return List.of(PasswordAlgorithm.values());
    }
}
