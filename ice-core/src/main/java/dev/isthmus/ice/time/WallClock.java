package dev.isthmus.ice.time;

/** The clock of what protocols carry: nonces, REST expiry, NTP time stamps. It may jump. */
@FunctionalInterface
public interface WallClock {
    /** Returns milliseconds since 1970-01-01T00:00:00Z. */
    long millis();
}
