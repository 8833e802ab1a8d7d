package dev.isthmus.ice.ice;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The types of a candidate with the type preferences that RFC 8445, section 5.1.2.2, recommends. */
public enum CandidateType {
    HOST("host", 126),
    SERVER_REFLEXIVE("srflx", 100),
    PEER_REFLEXIVE("prflx", 110),
    RELAYED("relay", 0);

    private final String token;
    private final int preference;

    CandidateType(String token, int preference) {
        this.token = token;
        this.preference = preference;
    }

    /** Returns the word that SDP uses (RFC 8839, section 5.1). */
    public String token() {
        return token;
    }

    /** Returns the type preference, 0 to 126. */
    public int preference() {
        return preference;
    }

    /** Returns the type with that SDP word, or null. */
    public static @Nullable CandidateType of(String token) {
        for (CandidateType type : values()) {
            if (type.token.equals(token.toLowerCase(Locale.ROOT))) {
                return type;
            }
        }
        return null;
    }
}
