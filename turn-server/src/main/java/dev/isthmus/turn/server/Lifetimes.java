package dev.isthmus.turn.server;

import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.auth.Credential;
import java.util.concurrent.TimeUnit;

/** How long allocations live (RFC 8656, sections 7.2 and 8.2). */
final class Lifetimes {
    private static final int DEFAULT_SECONDS = 600;

    private Lifetimes() {}

    /** Returns whether a Refresh request ends the allocation. */
    static boolean ends(StunMessage request) {
        return request.unsignedInt(TurnAttribute.LIFETIME, DEFAULT_SECONDS) == 0;
    }

    /**
     * Returns the seconds that a request gets: what it asks for, at least the default, at most what the policy of the credential allows and,
     * when the policy wants that, not beyond the credential's own end.
     */
    static long seconds(StunMessage request, Credential credential, long wallMillis) {
        long wanted = request.unsignedInt(TurnAttribute.LIFETIME, DEFAULT_SECONDS);
        long most = credential.policy().maxLifetimeSeconds();
        if (credential.policy().endsSessions() && credential.expiresMillis() != Long.MAX_VALUE) {
            most = Math.min(most, TimeUnit.MILLISECONDS.toSeconds(credential.expiresMillis() - wallMillis));
        }
        return Math.max(1, Math.min(Math.max(wanted, DEFAULT_SECONDS), most));
    }
}
