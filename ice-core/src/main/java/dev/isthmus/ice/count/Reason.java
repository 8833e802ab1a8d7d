package dev.isthmus.ice.count;

/** A named reason why something was refused or dropped, or a named thing that is counted. Implemented by one enum per module. */
public interface Reason {
    /** Returns the position of this reason in its enum, which is its index in {@link Counters}. */
    int ordinal();

    /** Returns the constant's name, for instance {@code STUN_BAD_COOKIE}. */
    String name();

    /** Returns one line for operators that says what happened. */
    String description();

    /** Returns the name under which operators see this reason: lower case, words joined by hyphens. */
    default String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
