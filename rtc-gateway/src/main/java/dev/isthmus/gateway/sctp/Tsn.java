package dev.isthmus.gateway.sctp;

/** Numbers of 32 and 16 bits that begin anew (RFC 9260, section 1.6), kept as long ones that do not. */
final class Tsn {
    private Tsn() {}

    /** Returns the number with these low 32 bits that is nearest to another one. */
    static long extend(long near, int low) {
        return near + (low - (int) near);
    }

    /** Returns the number with these low 16 bits that is nearest to another one. */
    static long extend16(long near, int low) {
        return near + (short) (low - (int) near);
    }
}
