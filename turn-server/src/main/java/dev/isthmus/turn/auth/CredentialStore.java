package dev.isthmus.turn.auth;

import dev.isthmus.ice.stun.MessageIntegrity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every credential that a server accepts: long-term users and REST secrets. Immutable; shared by all loops. */
public final class CredentialStore {
    private final String realm;
    private final Map<String, Credential> users = new HashMap<>();
    private final List<RestSecret> secrets;

    /** Creates a store from passwords by user name, what these users may do, and secrets. */
    public CredentialStore(String realm, Map<String, String> passwords, CredentialPolicy users, List<RestSecret> secrets) {
        this.realm = realm;
        this.secrets = List.copyOf(secrets);
        passwords.forEach((user, password) -> this.users.put(user,
                new Credential(user, MessageIntegrity.longTermKey(user, realm, password), users, Long.MAX_VALUE)));
    }

    /** Returns the realm of every credential. */
    public String realm() {
        return realm;
    }

    /** Returns whether nobody can authenticate, so that the server offers STUN only. */
    public boolean isEmpty() {
        return users.isEmpty() && secrets.isEmpty();
    }

    /** Returns the credentials that a user name may mean, in the order in which their keys are to be tried; none is expired. */
    public List<Credential> candidates(String username, long wallMillis) {
        Credential user = users.get(username);
        if (user != null) {
            return List.of(user);
        }
        long expiry = RestSecret.expiryMillis(username);
        if (expiry <= wallMillis) {
            return List.of();
        }
        List<Credential> found = new ArrayList<>(secrets.size());
        for (RestSecret secret : secrets) {
            byte[] key = MessageIntegrity.longTermKey(username, realm, secret.password(username));
            found.add(new Credential(username, key, secret.policy(), expiry));
        }
        return found;
    }
}
