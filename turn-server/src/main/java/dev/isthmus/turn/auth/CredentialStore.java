package dev.isthmus.turn.auth;

import dev.isthmus.ice.stun.OpaqueString;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every credential that a server accepts: long-term users and REST secrets, and those of a store that has to be asked. Shared by all loops.
 */
public final class CredentialStore {
    private final String realm;
    private final Map<String, LongTermUser> users = new HashMap<>();
    private final Map<ByteBuffer, LongTermUser> byHash = new HashMap<>();
    private final CredentialPolicy policy;
    private final List<RestSecret> secrets;
    private final List<PasswordAlgorithm> algorithms;
    private final @Nullable Lookups lookups;

    /**
     * Creates a store from users, what they may do, and secrets.
     *
     * @param algorithms the password algorithms that may be used, the preferred one first; SHA-256 is left out when a user's SHA-256 key is
     *        not known, since a client that knows it would take it
     */
    public CredentialStore(String realm, List<LongTermUser> users, CredentialPolicy policy, List<RestSecret> secrets,
            List<PasswordAlgorithm> algorithms) {
        this.realm = OpaqueString.of(realm);
        this.policy = policy;
        this.secrets = List.copyOf(secrets);
        for (LongTermUser user : users) {
            this.users.put(user.name(), user);
            byHash.put(ByteBuffer.wrap(PasswordAlgorithm.userHash(user.name(), this.realm)), user);
        }
        this.algorithms = algorithms.stream().filter(a -> users.stream().allMatch(u -> u.key(a) != null) || a == PasswordAlgorithm.MD5)
                .toList();
        this.lookups = null;
    }

    private CredentialStore(CredentialStore known, CredentialSource source, Lookups.Limits limits) {
        this.realm = known.realm;
        this.policy = known.policy;
        this.secrets = known.secrets;
        this.users.putAll(known.users);
        this.algorithms = known.algorithms.stream().filter(source.algorithms()::contains).toList();
        this.lookups = new Lookups(source, limits);
    }

    /**
     * Returns a store that knows these credentials and asks a source for every other user; where there are REST secrets, names that begin with a
     * number and a colon, or are one, are theirs. USERHASH is not offered then.
     */
    public CredentialStore with(CredentialSource source, Lookups.Limits limits) {
        return new CredentialStore(this, source, limits);
    }

    /** Creates a store from passwords by user name, with both algorithms. */
    public static CredentialStore of(String realm, Map<String, String> passwords, CredentialPolicy policy, List<RestSecret> secrets) {
        List<LongTermUser> users = passwords.entrySet().stream().map(e -> LongTermUser.ofPassword(e.getKey(), realm, e.getValue()))
                .toList();
        return new CredentialStore(realm, users, policy, secrets, List.of(PasswordAlgorithm.SHA_256, PasswordAlgorithm.MD5));
    }

    /** Returns the realm of every credential. */
    public String realm() {
        return realm;
    }

    /** Returns whether nobody can authenticate, so that the server offers STUN only. */
    public boolean isEmpty() {
        return users.isEmpty() && secrets.isEmpty() && lookups == null;
    }

    /** Returns the password algorithms that may be used, the preferred one first. */
    public List<PasswordAlgorithm> algorithms() {
        return algorithms;
    }

    /**
     * Returns whether every user can be found by USERHASH. Those of a REST secret cannot: the name carries the expiry, and a hash hides it; nor
     * can those of a source, which is asked by name.
     */
    public boolean anonymity() {
        return secrets.isEmpty() && lookups == null;
    }

    /** Returns the name of the user whose USERHASH that is (RFC 8489, section 14.4), or null. */
    public @Nullable String username(byte[] userHash) {
        LongTermUser user = byHash.get(ByteBuffer.wrap(userHash));
        return user == null ? null : user.name();
    }

    /** Returns who has to be asked about a user, or null when the process knows itself. */
    public @Nullable Lookups lookups(String username) {
        boolean minted = !secrets.isEmpty() && RestSecret.expiryMillis(username) >= 0;
        return minted || users.containsKey(username) ? null : lookups;
    }

    /** Lets somebody know when a source says that a user is gone who holds something. */
    public void onGone(Consumer<String> listener) {
        if (lookups != null) {
            lookups.onGone(listener);
        }
    }

    /** Forgets what a source has said of a user. */
    public void forget(String username) {
        if (lookups != null) {
            lookups.forget(username);
        }
    }

    /** Returns the credential of a user that a source has found, or null when it has expired or lacks that key. */
    public static @Nullable Credential credential(CredentialSource.Found found, PasswordAlgorithm algorithm, long wallMillis) {
        byte[] key = found.user().key(algorithm);
        return key == null || found.expiresMillis() <= wallMillis
                ? null
                : new Credential(found.user().name(), algorithm, key, found.policy(), found.expiresMillis());
    }

    /** Returns the credentials that a user name may mean, in the order in which their keys are to be tried; none is expired. */
    public List<Credential> candidates(String username, PasswordAlgorithm algorithm, long wallMillis) {
        LongTermUser user = users.get(username);
        if (user != null) {
            byte[] key = user.key(algorithm);
            return key == null ? List.of() : List.of(new Credential(user.name(), algorithm, key, policy, Long.MAX_VALUE));
        }
        long expiry = RestSecret.expiryMillis(username);
        if (expiry <= wallMillis) {
            return List.of();
        }
        List<Credential> found = new ArrayList<>(secrets.size());
        for (RestSecret secret : secrets) {
            byte[] key = algorithm.key(username, realm, secret.password(username));
            found.add(new Credential(username, algorithm, key, secret.policy(), expiry));
        }
        return found;
    }
}
