package dev.isthmus.gateway.rtp;

/** What a receiver knows of one source, for its reports (RFC 3550, sections 6.4.1, A.3 and A.8). */
public final class ReceptionStats {
    private int clockRate;
    private int ssrc;
    private boolean started;
    private long first;
    private long highest;
    private long received;
    private long expectedBefore;
    private long receivedBefore;
    private int transit;
    private boolean transitKnown;
    private long jitterScaled;
    private int lastReport;
    private long lastReportNanos;

    /** Creates statistics for a stream of that clock rate in Hz. */
    public ReceptionStats(int clockRate) {
        this.clockRate = clockRate;
    }

    /** Takes a packet in; another source, or a jump that the rewriter has confirmed, begins anew. */
    public void onPacket(int packetSsrc, int sequence, int timestamp, long nowNanos) {
        if (!started || packetSsrc != ssrc) {
            begin(packetSsrc, sequence);
        }
        long candidate = SequenceNumbers.extend(highest, sequence);
        if (candidate - highest > Rewriter.MAX_DROPOUT || candidate - highest < -Rewriter.MAX_MISORDER) {
            begin(packetSsrc, sequence);
            candidate = highest;
        }
        highest = Math.max(highest, candidate);
        received++;
        int arrival = (int) (nowNanos / 1_000L * clockRate / 1_000_000L);
        int newTransit = arrival - timestamp;
        if (transitKnown) {
            int d = Math.abs(newTransit - transit);
            jitterScaled += d - (jitterScaled + 8 >> 4);
        }
        transit = newTransit;
        transitKnown = true;
    }

    /** Sets the clock rate in Hz, which follows the payload type. */
    public void clockRate(int newClockRate) {
        if (newClockRate != clockRate) {
            clockRate = newClockRate;
            transitKnown = false;
        }
    }

    private void begin(int newSsrc, int sequence) {
        ssrc = newSsrc;
        started = true;
        first = 0x10000L + sequence;
        highest = first;
        received = 0;
        expectedBefore = 0;
        receivedBefore = 0;
        jitterScaled = 0;
        transitKnown = false;
        lastReport = 0;
        lastReportNanos = 0;
    }

    /** Takes a sender report of the source: the middle 32 bits of its NTP time. */
    public void onSenderReport(int reportSsrc, int middleNtp, long nowNanos) {
        if (started && reportSsrc == ssrc) {
            lastReport = middleNtp;
            lastReportNanos = nowNanos;
        }
    }

    /** Returns whether anything was received. */
    public boolean started() {
        return started;
    }

    /** Returns the source. */
    public int ssrc() {
        return ssrc;
    }

    /** Returns the packets lost so far, which is negative when duplicates outnumber losses. */
    public long lost() {
        return started ? highest - first + 1 - received : 0;
    }

    /** Returns the interarrival jitter in timestamp units. */
    public long jitter() {
        return jitterScaled >> 4;
    }

    /** Returns the extended highest sequence number, 32 bits. */
    int highestExtended() {
        return (int) (highest - 0x10000);
    }

    /** Returns the fraction lost since the last call, in 256ths, and begins a new interval. */
    int fractionLost() {
        long expected = highest - first + 1;
        long expectedInterval = expected - expectedBefore;
        long lostInterval = expectedInterval - (received - receivedBefore);
        expectedBefore = expected;
        receivedBefore = received;
        return expectedInterval == 0 || lostInterval <= 0 ? 0 : (int) Math.min(255, lostInterval * 256 / expectedInterval);
    }

    int lastReport() {
        return lastReport;
    }

    /** Returns the delay since the last sender report in units of 1/65536 seconds. */
    int delaySinceLastReport(long nowNanos) {
        return lastReport == 0 ? 0 : (int) ((nowNanos - lastReportNanos) / 1_000L * 65536L / 1_000_000L);
    }
}
