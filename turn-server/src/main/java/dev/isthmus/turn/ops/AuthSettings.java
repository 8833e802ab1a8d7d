package dev.isthmus.turn.ops;

import dev.isthmus.ice.ops.Secret;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.ice.stun.OpaqueString;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.LongTermUser;
import dev.isthmus.turn.auth.RestSecret;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Who may allocate.
 *
 * @param realm the realm of every credential
 * @param users long-term users
 * @param secrets of the REST mechanism
 * @param userPolicy what a user may do who has no policy of its own
 * @param algorithms password algorithms, the preferred one first
 */
public record AuthSettings(String realm, List<LongTermUser> users, List<RestSecret> secrets, CredentialPolicy userPolicy,
        List<PasswordAlgorithm> algorithms) {
    /** How the secret of a user may be given: as the password, or as the key that one algorithm makes of it. */
    private static final List<String> USER_HASHES = List.of("none", "md5", "sha256");

    static AuthSettings read(Section turn, Section limits) {
        String realm = turn.text("realm", "isthmus");
        if (!OpaqueString.admits(realm)) {
            throw turn.problem("realm", "is empty or has characters that RFC 8265 forbids");
        }
        Section auth = turn.section("auth");
        CredentialPolicy policy = CredentialPolicy.user(limits.integer("user-allocations", 1000, 1, 10_000_000), perAllocation(limits));
        List<LongTermUser> users = new ArrayList<>();
        auth.secretsByName("users", USER_HASHES).forEach((name, secret) -> users.add(user(auth, name, realm, secret)));
        List<RestSecret> secrets = new ArrayList<>();
        for (Secret secret : auth.secrets("secrets", Section.REST_HASHES)) {
            secrets.add(new RestSecret(secret.bytes(), RestSecret.Hash.valueOf(secret.hash().toUpperCase(Locale.ROOT)), policy));
        }
        List<PasswordAlgorithm> algorithms = new ArrayList<>();
        for (String label : auth.texts("password-algorithms", List.of("SHA-256", "MD5"))) {
            PasswordAlgorithm found = List.of(PasswordAlgorithm.values()).stream().filter(a -> a.label().equals(label)).findFirst()
                    .orElseThrow(() -> auth.problem("password-algorithms", "has \"" + label + "\", must be of SHA-256 and MD5"));
            algorithms.add(found);
        }
        AuthSettings settings = new AuthSettings(realm, users, secrets, policy, algorithms);
        if (settings.store(List.of()).algorithms().isEmpty()) {
            throw auth.problem("password-algorithms", "leaves none: of some user only the MD5 key is known");
        }
        return settings;
    }

    private static AllocationLimits perAllocation(Section limits) {
        AllocationLimits usual = AllocationLimits.DEFAULT;
        return new AllocationLimits(limits.integer("permissions", usual.permissions(), 1, 10_000),
                limits.integer("channels", usual.channels(), 1, 10_000), limits.integer("peer-connections", usual.connections(), 1, 10_000),
                limits.integer("pending-connections", usual.pending(), 1, 10_000));
    }

    private static LongTermUser user(Section auth, String name, String realm, Secret secret) {
        if (!OpaqueString.admits(name) || !OpaqueString.admits(secret.value())) {
            throw auth.problem("users", "has a name or password that is empty or has characters that RFC 8265 forbids: " + name);
        }
        if (secret.hash().equals("none")) {
            return LongTermUser.ofPassword(name, realm, secret.value());
        }
        boolean sha256 = secret.hash().equals("sha256");
        if (!secret.value().matches(sha256 ? "[0-9a-fA-F]{64}" : "[0-9a-fA-F]{32}")) {
            throw auth.problem("users", "has a key that is not " + (sha256 ? 64 : 32) + " hexadecimal digits: " + name);
        }
        return LongTermUser.ofKey(name, sha256 ? PasswordAlgorithm.SHA_256 : PasswordAlgorithm.MD5,
                HexFormat.of().parseHex(secret.value()));
    }

    /** Returns whether nobody may allocate by the configuration alone. */
    public boolean isEmpty() {
        return users.isEmpty() && secrets.isEmpty();
    }

    /** Returns the store of every credential, with further secrets that the process itself mints from. */
    CredentialStore store(List<RestSecret> minted) {
        List<RestSecret> all = new ArrayList<>(minted);
        all.addAll(secrets);
        return new CredentialStore(realm, users, userPolicy, all, algorithms);
    }
}
