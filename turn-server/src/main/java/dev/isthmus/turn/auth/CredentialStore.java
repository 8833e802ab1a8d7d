package dev.isthmus.turn.auth;

import dev.isthmus.ice.stun.OpaqueString;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every credential that a server accepts: long-term users and REST secrets. Immutable; shared by all loops. */
public final class CredentialStore {
    private final String realm;
    private final Map<String, LongTermUser> users = new HashMap<>();
    private final Map<ByteBuffer, LongTermUser> byHash = new HashMap<>();
    private final CredentialPolicy policy;
    private final List<RestSecret> secrets;
    private final List<PasswordAlgorithm> algorithms;

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
        return users.isEmpty() && secrets.isEmpty();
    }

    /** Returns the password algorithms that may be used, the preferred one first. */
    public List<PasswordAlgorithm> algorithms() {
        return algorithms;
    }

    /**
     * Returns whether every user can be found by USERHASH. Those of a REST secret cannot: the name carries the expiry, and a hash hides it.
     */
    public boolean anonymity() {
        return secrets.isEmpty();
    }

    /** Returns the name of the user whose USERHASH that is (RFC 8489, section 14.4), or null. */
    public @Nullable String username(byte[] userHash) {
        LongTermUser user = byHash.get(ByteBuffer.wrap(userHash));
        return user == null ? null : user.name();
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
