package dev.isthmus.ice.stun;

/**
 * The 14-bit message type: a class in bits 4 and 8, a method in the others (RFC 8489, section 5).
 *
 * <pre>
 *  13 12 11 10  9  8  7  6  5  4  3  2  1  0
 *   M  M  M  M  M  C  M  M  M  C  M  M  M  M
 * </pre>
 */
public final class StunType {
    public static final int REQUEST = 0x000;
    public static final int INDICATION = 0x010;
    public static final int SUCCESS = 0x100;
    public static final int ERROR = 0x110;
    public static final int BINDING = 0x001;
    private static final int CLASS_MASK = 0x110;

    private StunType() {}

    /** Returns the class bits of a type, one of the constants above. */
    public static int classOf(int type) {
        return type & CLASS_MASK;
    }

    /** Returns the method of a type with the class bits cleared; methods below 0x10 read as in the RFCs. */
    public static int methodOf(int type) {
        return type & ~CLASS_MASK;
    }

    /** Returns the type of a method and a class. */
    public static int of(int method, int messageClass) {
        return method | messageClass;
    }
}
