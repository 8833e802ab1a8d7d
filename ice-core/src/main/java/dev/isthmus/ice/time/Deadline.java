package dev.isthmus.ice.time;

/** Arithmetic on deadlines: monotonic nanoseconds, as handed to every {@code onX} and {@code onTimeout}. */
public final class Deadline {
    /** No deadline: later than every time. */
    public static final long NONE = Long.MAX_VALUE;

    private Deadline() {}

    /** Returns the nearer of two deadlines, either of which may be {@link #NONE}. */
    public static long nearer(long a, long b) {
        return Math.min(a, b);
    }

    /** Returns whether the deadline has been reached; a deadline is never reached early. */
    public static boolean due(long deadline, long nowNanos) {
        return nowNanos >= deadline;
    }
}
