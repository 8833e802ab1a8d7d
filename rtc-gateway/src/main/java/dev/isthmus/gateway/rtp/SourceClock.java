package dev.isthmus.gateway.rtp;

import java.util.concurrent.TimeUnit;

/**
 * The clock of a source that is passed on, as its own sender reports tell it: what is reported about the stream behind us keeps it, so that sound
 * and picture stay together (RFC 3550, section 6.4.1).
 */
public final class SourceClock {
    /** Reports wait so long for the source's clock, since a receiver may keep to the first time that it is told. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private boolean told;
    private int source;
    private int generation;
    private long ntp;
    private int timestamp;
    private long toldNanos;

    /** Takes a sender report, if it is of the source that feeds a stream now. */
    public void onSenderReport(int ssrc, long ntpTime, int rtpTimestamp, Rewriter stream, long nowNanos) {
        if (ssrc != stream.source()) {
            return;
        }
        told = true;
        source = ssrc;
        generation = stream.generation();
        ntp = ntpTime;
        timestamp = rtpTimestamp;
        toldNanos = nowNanos;
    }

    /** Returns whether the stream's present source has told its time. */
    public boolean isKnown(Rewriter stream) {
        return told && source == stream.source() && generation == stream.generation();
    }

    /** Returns whether a report can be made: the source has told its time, or will not. */
    public boolean isDue(Rewriter stream, long firstNanos, long nowNanos) {
        return isKnown(stream) || nowNanos - firstNanos > PATIENCE;
    }

    /** Returns the NTP time that stands for now: the source's, moved on, or else our own. */
    public long ntp(Rewriter stream, NtpClock own, long nowNanos) {
        return isKnown(stream) ? NtpClock.later(ntp, nowNanos - toldNanos) : own.ntp(nowNanos);
    }

    /** Returns the outgoing timestamp that stands for now. */
    public int timestamp(Rewriter stream, long nowNanos) {
        return isKnown(stream)
                ? stream.timestamp(timestamp) + stream.ticks(nowNanos - toldNanos)
                : stream.timestampAt(nowNanos);
    }
}
