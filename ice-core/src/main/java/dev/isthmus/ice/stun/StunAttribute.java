package dev.isthmus.ice.stun;

/** Attribute types of STUN (RFC 8489, section 18.3) and of its ICE usage (RFC 8445, section 16.1). */
public final class StunAttribute {
    public static final int MAPPED_ADDRESS = 0x0001;
    /** RFC 5780, section 7. */
    public static final int CHANGE_REQUEST = 0x0003;
    public static final int USERNAME = 0x0006;
    public static final int MESSAGE_INTEGRITY = 0x0008;
    public static final int ERROR_CODE = 0x0009;
    public static final int UNKNOWN_ATTRIBUTES = 0x000A;
    public static final int REALM = 0x0014;
    public static final int NONCE = 0x0015;
    public static final int MESSAGE_INTEGRITY_SHA256 = 0x001C;
    public static final int PASSWORD_ALGORITHM = 0x001D;
    public static final int USERHASH = 0x001E;
    public static final int XOR_MAPPED_ADDRESS = 0x0020;
    public static final int PRIORITY = 0x0024;
    public static final int USE_CANDIDATE = 0x0025;
    /** RFC 5780, section 7. */
    public static final int PADDING = 0x0026;
    /** RFC 5780, section 7. */
    public static final int RESPONSE_PORT = 0x0027;
    public static final int PASSWORD_ALGORITHMS = 0x8002;
    public static final int SOFTWARE = 0x8022;
    public static final int ALTERNATE_DOMAIN = 0x8003;
    public static final int ALTERNATE_SERVER = 0x8023;
    public static final int FINGERPRINT = 0x8028;
    public static final int ICE_CONTROLLED = 0x8029;
    public static final int ICE_CONTROLLING = 0x802A;
    /** RFC 5780, section 7. */
    public static final int RESPONSE_ORIGIN = 0x802B;
    /** RFC 5780, section 7. */
    public static final int OTHER_ADDRESS = 0x802C;

    private StunAttribute() {}

    /** Returns whether a receiver that does not know the type must refuse the message (RFC 8489, section 14). */
    public static boolean comprehensionRequired(int type) {
        return type < 0x8000;
    }
}
