package dev.isthmus.gateway.rtp;

/**
 * Gives one outgoing stream unbroken sequence numbers and timestamps, whatever sources feed it. Sequence numbers are extended to 48 bits, apart
 * from SRTP's own counters, so that re-keying and hold keep continuity. Reordered packets keep their place.
 */
public final class Rewriter {
    /** RFC 3550, appendix A.1: numbers further away than these are another sequence, once a second packet confirms it. */
    static final int MAX_DROPOUT = 3000;
    static final int MAX_MISORDER = 100;
    private final int ssrc;
    private int clockRate;
    private int probation = -1;
    private boolean started;
    private int generation;
    private int source;
    private long highestIn;
    private long offset;
    private int timestampOffset;
    private long highestOut;
    private int lastTimestampOut;
    private long lastNanos;
    private long outgoing;

    /** Creates one for an outgoing stream that begins at a random sequence number and timestamp. */
    public Rewriter(int ssrc, int clockRate, int firstSequence, int firstTimestamp) {
        this.ssrc = ssrc;
        this.clockRate = clockRate;
        // One turn of the counter is kept below the first number, so that a packet that is older than the first still has a place.
        this.highestOut = 0x10000L + (firstSequence & 0xffff) - 1;
        this.lastTimestampOut = firstTimestamp;
    }

    /**
     * Takes an incoming packet's numbers; the outgoing ones are then {@link #sequence} and {@link #timestamp}.
     *
     * @return false when the numbers are far from the source's and no second packet has confirmed that yet; the packet is to be dropped
     */
    public boolean next(int inSsrc, int inSequence, int inTimestamp, long nowNanos) {
        if (!started || inSsrc != source) {
            begin(inSsrc, inSequence, inTimestamp, nowNanos);
        }
        long extended = SequenceNumbers.extend(highestIn, inSequence);
        long difference = extended - highestIn;
        if (difference > MAX_DROPOUT || difference < -MAX_MISORDER) {
            if (inSequence != probation) {
                probation = inSequence + 1 & 0xffff;
                return false;
            }
            begin(inSsrc, inSequence, inTimestamp, nowNanos);
            extended = highestIn;
        }
        probation = -1;
        highestIn = Math.max(highestIn, extended);
        outgoing = extended + offset;
        if (outgoing > highestOut) {
            highestOut = outgoing;
            lastTimestampOut = inTimestamp + timestampOffset;
            lastNanos = nowNanos;
        }
        return true;
    }

    /**
     * Puts a packet of our own between those of the source, which are not to be taken meanwhile: the next of them begins anew.
     *
     * @return its sequence number
     */
    public int insert(long nowNanos) {
        lastTimestampOut = timestampAt(nowNanos);
        lastNanos = nowNanos;
        outgoing = ++highestOut;
        source = ~source;
        started = true;
        return sequence();
    }

    /** A new source goes on where the old one stopped: the next number, and the time that has passed since. */
    private void begin(int inSsrc, int inSequence, int inTimestamp, long nowNanos) {
        int passed = started ? ticks(nowNanos - lastNanos) : 0;
        source = inSsrc;
        highestIn = 0x10000L + inSequence;
        offset = highestOut + 1 - highestIn;
        timestampOffset = lastTimestampOut + Math.max(started ? 1 : 0, passed) - inTimestamp;
        started = true;
        generation++;
    }

    /** Returns a time in units of timestamps. */
    int ticks(long nanos) {
        return (int) (nanos / 1_000L * clockRate / 1_000_000L);
    }

    /** Returns the outgoing SSRC. */
    public int ssrc() {
        return ssrc;
    }

    /** Sets the clock rate in Hz; the payload type has changed. */
    public void clockRate(int newClockRate) {
        clockRate = newClockRate;
    }

    /** Returns the clock rate in Hz. */
    public int clockRate() {
        return clockRate;
    }

    /** Returns the outgoing sequence number of the packet taken last. */
    public int sequence() {
        return (int) outgoing & 0xffff;
    }

    /** Returns the 48-bit outgoing index of the packet taken last. */
    public long index() {
        return outgoing;
    }

    /** Returns the outgoing timestamp that belongs to an incoming one of the present source. */
    public int timestamp(int inTimestamp) {
        return inTimestamp + timestampOffset;
    }

    /** Returns how often a new numbering began; what belongs to an earlier one has no meaning any more. */
    public int generation() {
        return generation;
    }

    /** Returns whether a packet has been taken. */
    public boolean started() {
        return started;
    }

    /** Returns the SSRC of the present source. */
    public int source() {
        return source;
    }

    /** Returns the outgoing timestamp that stands for now: the latest one and the time since. */
    public int timestampAt(long nowNanos) {
        return lastTimestampOut + ticks(nowNanos - lastNanos);
    }
}
