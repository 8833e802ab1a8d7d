package dev.isthmus.gateway.rtp;

/** Turns monotonic nanoseconds into NTP time stamps (RFC 3550, section 4), from one reading of both clocks. */
public final class NtpClock {
    private static final long SECONDS_1900_TO_1970 = 2_208_988_800L;
    private final long nanosOrigin;
    private final long millisOrigin;

    /** Creates a clock from two readings that were taken together. */
    public NtpClock(long nowNanos, long wallMillis) {
        this.nanosOrigin = nowNanos;
        this.millisOrigin = wallMillis;
    }

    /** Returns the 64-bit NTP time stamp. */
    public long ntp(long nowNanos) {
        long micros = millisOrigin * 1000 + (nowNanos - nanosOrigin) / 1000;
        long seconds = Math.floorDiv(micros, 1_000_000L);
        long fraction = (Math.floorMod(micros, 1_000_000L) << 32) / 1_000_000L;
        return seconds + SECONDS_1900_TO_1970 << 32 | fraction;
    }

    /** Returns an NTP time stamp moved on. */
    public static long later(long ntp, long nanos) {
        return ntp + (nanos / 1_000_000_000L << 32) + (nanos % 1_000_000_000L << 32) / 1_000_000_000L;
    }

    /** Returns the nanoseconds from the time stamp that a report quotes to now, less the time that the reporter kept it. */
    public static long roundTripNanos(long ntp, int lastReport, int delay) {
        int units = middle(ntp) - lastReport - delay;
        return Math.max(0, units * 1_000_000_000L / 65536);
    }

    /** Returns the milliseconds since 1970 of an NTP time stamp. */
    public static double wallMillis(long ntp) {
        return ((ntp >>> 32) - SECONDS_1900_TO_1970) * 1000.0 + (ntp & 0xffff_ffffL) * 1000.0 / (1L << 32);
    }

    /** Returns the middle 32 bits, as reports quote them. */
    public static int middle(long ntp) {
        return (int) (ntp >>> 16);
    }
}
