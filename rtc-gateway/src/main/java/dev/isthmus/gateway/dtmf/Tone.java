package dev.isthmus.gateway.dtmf;

import dev.isthmus.ice.time.Deadline;
import java.util.concurrent.TimeUnit;

/**
 * One tone that is sent as telephone events (RFC 4733, section 2.5.1): a packet every 20 ms with the timestamp of its beginning and the time since,
 * the last one three times, while sound may go on already (section 2.5.1.4). A tone that is longer than what 16 bits can say goes on in a further segment.
 *
 * <pre>
 * |     event     |E|R|  volume   |          duration             |
 * </pre>
 */
public final class Tone {
    /** The characters by their events (RFC 4733, section 3.2). */
    private static final String CHARACTERS = "0123456789*#ABCD";
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int VOLUME = 10;
    private static final int END = 1 << 23;
    private static final int LONGEST_SEGMENT = 0xffff;
    private static final int LAST_TIMES = 3;
    private final int event;
    private final int clockRate;
    private final long beganNanos;
    private final long endNanos;
    private int segment;
    private long next;
    private int lastsLeft = LAST_TIMES;
    private boolean first = true;
    private boolean marker;
    private int payload;

    /**
     * Begins a tone.
     *
     * @param clockRate of the format, in Hz
     */
    public Tone(int event, int clockRate, long durationNanos, long nowNanos) {
        this.event = event;
        this.clockRate = clockRate;
        this.beganNanos = nowNanos;
        this.endNanos = nowNanos + durationNanos;
        this.next = nowNanos + Math.min(INTERVAL, durationNanos);
    }

    /** Returns the event of a character: digits, A to D, star, hash; -1 for any other. */
    public static int event(char of) {
        return CHARACTERS.indexOf(of);
    }

    /** Returns when {@link #poll} has the next packet, or {@link Deadline#NONE} when the tone is over. */
    public long nextDeadline() {
        return lastsLeft == 0 ? Deadline.NONE : next;
    }

    /** Makes the next packet when it is due; {@link #payload}, {@link #marker} and {@link #ticks} then tell of it. */
    public boolean poll(long nowNanos) {
        if (lastsLeft == 0 || !Deadline.due(next, nowNanos)) {
            return false;
        }
        boolean over = nowNanos - endNanos >= 0;
        int passed = ticks(Math.min(nowNanos, endNanos) - beganNanos) - segment;
        if (passed > LONGEST_SEGMENT) {
            segment += LONGEST_SEGMENT;
            passed -= LONGEST_SEGMENT;
        }
        payload = event << 24 | (over ? END : 0) | VOLUME << 16 | passed;
        marker = first;
        first = false;
        lastsLeft -= over ? 1 : 0;
        next = over ? nowNanos + INTERVAL : Math.min(nowNanos + INTERVAL, endNanos);
        return true;
    }

    /** Returns whether only its end is still repeated. */
    public boolean isOver() {
        return lastsLeft < LAST_TIMES;
    }

    private int ticks(long nanos) {
        return (int) (nanos / 1000 * clockRate / 1_000_000);
    }

    /** Returns the payload of the packet made last, four bytes. */
    public int payload() {
        return payload;
    }

    /** Returns whether it is the first of the tone. */
    public boolean marker() {
        return marker;
    }

    /** Returns how far its timestamp is behind that of the tone's beginning. */
    public int ticks() {
        return segment;
    }
}
