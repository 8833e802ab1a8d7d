package dev.isthmus.ice.time;

/** The clock of deadlines: nanoseconds from an arbitrary origin, never going back. Shells own one; protocols are handed its value. */
@FunctionalInterface
public interface MonotonicClock {
    /** Returns the present time in nanoseconds. */
    long nanos();
}
