package dev.isthmus.ice.turn;

/** Error codes of STUN (RFC 8489, section 14.8) and TURN (RFC 8656, section 19; RFC 6062, section 6.3; RFC 8016). */
public enum ErrorCode {
    TRY_ALTERNATE(300, "Try Alternate"),
    BAD_REQUEST(400, "Bad Request"),
    UNAUTHENTICATED(401, "Unauthenticated"),
    FORBIDDEN(403, "Forbidden"),
    MOBILITY_FORBIDDEN(405, "Mobility Forbidden"),
    UNKNOWN_ATTRIBUTE(420, "Unknown Attribute"),
    ALLOCATION_MISMATCH(437, "Allocation Mismatch"),
    STALE_NONCE(438, "Stale Nonce"),
    ADDRESS_FAMILY_NOT_SUPPORTED(440, "Address Family not Supported"),
    WRONG_CREDENTIALS(441, "Wrong Credentials"),
    UNSUPPORTED_TRANSPORT(442, "Unsupported Transport Protocol"),
    PEER_ADDRESS_FAMILY_MISMATCH(443, "Peer Address Family Mismatch"),
    CONNECTION_ALREADY_EXISTS(446, "Connection Already Exists"),
    CONNECTION_FAILED(447, "Connection Timeout or Failure"),
    ALLOCATION_QUOTA_REACHED(486, "Allocation Quota Reached"),
    SERVER_ERROR(500, "Server Error"),
    INSUFFICIENT_CAPACITY(508, "Insufficient Capacity");

    private final int code;
    private final String phrase;

    ErrorCode(int code, String phrase) {
        this.code = code;
        this.phrase = phrase;
    }

    /** Returns the number, 300 to 699. */
    public int code() {
        return code;
    }

    /** Returns the reason phrase that the RFC recommends. */
    public String phrase() {
        return phrase;
    }

    /** Returns the recommended phrase of a number, or an empty text. */
    public static String phraseOf(int code) {
        for (ErrorCode each : values()) {
            if (each.code == code) {
                return each.phrase;
            }
        }
        return "";
    }
}
