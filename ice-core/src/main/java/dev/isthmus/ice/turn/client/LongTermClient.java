package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.OpaqueString;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The long-term credential mechanism, client side (RFC 8489, sections 9.2.3 and 9.2.5): what a challenge offers is used as far as we know it, and
 * a challenge that hides what its nonce promises is not answered.
 */
final class LongTermClient {
    private static final byte[] COOKIE = "obMatJos2".getBytes(StandardCharsets.US_ASCII);
    private static final int FEATURES_LENGTH = 4;
    private static final int ALGORITHMS_BIT = 0x80;
    private static final int ANONYMITY_BIT = 0x40;

    private final String username;
    private final String password;
    private final MessageIntegrity integrity = new MessageIntegrity();
    private String realm = "";
    private byte[] nonce = {};
    /** PASSWORD-ALGORITHMS as it was offered, or null. */
    private byte @Nullable [] offered;
    private PasswordAlgorithm algorithm = PasswordAlgorithm.MD5;
    private boolean anonymous;
    private byte[] key = {};

    LongTermClient(String username, String password) {
        this.username = OpaqueString.of(username);
        this.password = OpaqueString.of(password);
    }

    /** What can be done about a challenge. */
    enum Verdict {
        /** Ask again, signed. */
        RETRY,
        /** The same credentials were refused already. */
        REFUSED,
        /** It cannot be answered, or is not to be. */
        BAD
    }

    /** Takes a 401 or 438. */
    Verdict onChallenge(StunMessage challenge, boolean wasSigned) {
        byte[] fresh = challenge.bytes(StunAttribute.NONCE);
        String domain = challenge.text(StunAttribute.REALM);
        boolean stale = challenge.errorCode() == 438;
        if (fresh == null || domain == null && !(stale && hasRealm())) {
            return Verdict.BAD;
        }
        String newRealm = domain == null ? realm : domain;
        byte[] algorithms = challenge.bytes(StunAttribute.PASSWORD_ALGORITHMS);
        int features = features(fresh);
        if ((features & ALGORITHMS_BIT) != 0 && algorithms == null) {
            return Verdict.BAD; // somebody on the way took the attribute out
        }
        PasswordAlgorithm chosen = algorithms == null ? PasswordAlgorithm.MD5 : firstKnown(algorithms);
        if (chosen == null) {
            return Verdict.BAD;
        }
        if (!stale && wasSigned && newRealm.equals(realm) && chosen == algorithm) {
            return Verdict.REFUSED;
        }
        realm = newRealm;
        nonce = fresh;
        offered = algorithms;
        algorithm = chosen;
        anonymous = (features & ANONYMITY_BIT) != 0;
        key = chosen.key(username, OpaqueString.of(realm), password);
        return Verdict.RETRY;
    }

    /** Whether somebody on the way took an attribute out that the nonce speaks of; such an answer is nobody's (section 9.2.5). */
    static boolean bidsDown(StunMessage answer) {
        byte[] fresh = answer.bytes(StunAttribute.NONCE);
        return fresh != null && (features(fresh) & ALGORITHMS_BIT) != 0 && answer.bytes(StunAttribute.PASSWORD_ALGORITHMS) == null;
    }

    private boolean hasRealm() {
        return nonce.length > 0;
    }

    /** The first eight security features of a nonce, or 0 when it begins with no cookie. */
    private static int features(byte[] nonce) {
        int at = COOKIE.length;
        if (nonce.length < at + FEATURES_LENGTH || !Arrays.equals(nonce, 0, at, COOKIE, 0, at)) {
            return 0;
        }
        try {
            return Base64.getDecoder().decode(Arrays.copyOfRange(nonce, at, at + FEATURES_LENGTH))[0] & 0xff;
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }

    private static @Nullable PasswordAlgorithm firstKnown(byte[] algorithms) {
        for (int at = 0; at + 4 <= algorithms.length;) {
            int parameters = (algorithms[at + 2] & 0xff) << 8 | algorithms[at + 3] & 0xff;
            PasswordAlgorithm known = PasswordAlgorithm.of((algorithms[at] & 0xff) << 8 | algorithms[at + 1] & 0xff);
            if (known != null && parameters == 0) {
                return known;
            }
            at += 4 + (parameters + 3 & ~3);
        }
        return null;
    }

    /** Whether requests are signed. */
    boolean ready() {
        return hasRealm();
    }

    /** Signs a request when a challenge has been seen. */
    void sign(StunWriter request) {
        if (!ready()) {
            return;
        }
        if (anonymous) {
            request.bytes(StunAttribute.USERHASH, PasswordAlgorithm.userHash(username, OpaqueString.of(realm)));
        } else {
            request.text(StunAttribute.USERNAME, username);
        }
        request.text(StunAttribute.REALM, realm).bytes(StunAttribute.NONCE, nonce);
        byte[] algorithms = offered;
        if (algorithms == null) {
            request.integrity(integrity, key);
        } else {
            request.bytes(StunAttribute.PASSWORD_ALGORITHMS, algorithms).passwordAlgorithm(algorithm).integritySha256(integrity, key);
        }
    }

    /** Whether an answer is the server's: signed with the key of the request, and by the stronger way where that was agreed on. */
    boolean verifies(StunMessage answer) {
        return offered != null ? integrity.verifySha256(answer, key) : integrity.verify(answer, key) || integrity.verifySha256(answer, key);
    }
}
