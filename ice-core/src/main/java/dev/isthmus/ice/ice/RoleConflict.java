package dev.isthmus.ice.ice;

import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;

/** Who gives way when both sides claim one role (RFC 8445, section 7.3.1.1). */
enum RoleConflict {
    NONE,
    SWITCH,
    REFUSE;

    static final int CODE = 487;
    static final String PHRASE = "Role Conflict";

    static RoleConflict of(StunMessage request, boolean controlling, long tieBreaker) {
        int same = controlling ? StunAttribute.ICE_CONTROLLING : StunAttribute.ICE_CONTROLLED;
        if (!request.hasLong(same)) {
            return NONE;
        }
        boolean oursIsLarger = Long.compareUnsigned(tieBreaker, request.longValue(same)) >= 0;
        // The larger tie-breaker is to control: a controlling agent with it refuses, a controlled one with it switches.
        return oursIsLarger == controlling ? REFUSE : SWITCH;
    }
}
