package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.RtcpWriter;
import dev.isthmus.gateway.rtp.SequenceNumbers;
import dev.isthmus.ice.time.Deadline;
import java.util.concurrent.TimeUnit;

/**
 * Packets of a stream that have not arrived, and when they are asked for (RFC 4585, section 6.2.1): at once, then again after each round trip, a few
 * times. What is too old to be of use is given up, and a gap that is too wide is left to a new picture.
 */
final class NackList {
    private static final int MOST = 256;
    private static final int WIDEST_GAP = 512;
    private static final int MOST_TRIES = 8;
    private static final long OLDEST = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_WAIT = TimeUnit.MILLISECONDS.toNanos(20);

    private final long[] sequences = new long[MOST];
    private final long[] since = new long[MOST];
    private final long[] asked = new long[MOST];
    private final byte[] tries = new byte[MOST];
    private int count;
    private long highest = -1;
    private boolean gaveUp;

    /** Takes in that a packet has arrived, as it was sent or repeated; returns whether something is missing now that was not before. */
    boolean onPacket(int sequence, long nowNanos) {
        if (highest < 0) {
            highest = 0x10000L + sequence;
            return false;
        }
        long extended = SequenceNumbers.extend(highest, sequence);
        if (extended <= highest) {
            remove(extended);
            return false;
        }
        long missing = extended - highest - 1;
        if (missing > WIDEST_GAP || count + missing > MOST) {
            gaveUp |= missing > 0;
            count = 0;
        } else {
            for (long each = highest + 1; each < extended; each++) {
                sequences[count] = each;
                since[count] = nowNanos;
                asked[count] = nowNanos - OLDEST;
                tries[count++] = 0;
            }
        }
        highest = extended;
        return missing > 0;
    }

    /** Returns whether a repetition of a packet is of use: it never arrived before. Peers also repeat some only to try how much the way carries. */
    boolean isWanted(int sequence) {
        if (highest < 0) {
            return false;
        }
        long extended = SequenceNumbers.extend(highest, sequence);
        return extended > highest || place(extended) >= 0;
    }

    private int place(long extended) {
        for (int i = 0; i < count; i++) {
            if (sequences[i] == extended) {
                return i;
            }
        }
        return -1;
    }

    private void remove(long extended) {
        int place = place(extended);
        if (place >= 0) {
            takeOut(place);
        }
    }

    private void takeOut(int place) {
        int rest = count - place - 1;
        System.arraycopy(sequences, place + 1, sequences, place, rest);
        System.arraycopy(since, place + 1, since, place, rest);
        System.arraycopy(asked, place + 1, asked, place, rest);
        System.arraycopy(tries, place + 1, tries, place, rest);
        count--;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Returns whether something was given up that only a new picture can repair. */
    boolean hasGivenUp() {
        return gaveUp;
    }

    /** A new picture was asked for. */
    void forgive() {
        gaveUp = false;
    }

    long nextDeadline(long roundTripNanos) {
        long next = Deadline.NONE;
        for (int i = 0; i < count; i++) {
            next = Deadline.nearer(next, asked[i] + patience(roundTripNanos));
        }
        return next;
    }

    private static long patience(long roundTripNanos) {
        return Math.max(LEAST_WAIT, roundTripNanos + roundTripNanos / 4);
    }

    /** Writes what is to be asked for now; returns whether there was anything. */
    boolean write(RtcpWriter writer, int ssrc, int aboutSsrc, long roundTripNanos, long nowNanos) {
        expire(nowNanos);
        int header = -1;
        long first = -1;
        int mask = 0;
        for (int i = 0; i < count; i++) {
            if (!Deadline.due(asked[i] + patience(roundTripNanos), nowNanos)) {
                continue;
            }
            asked[i] = nowNanos;
            tries[i]++;
            header = header < 0 ? writer.nackBegin(ssrc, aboutSsrc) : header;
            if (first >= 0 && sequences[i] - first <= 16) {
                mask |= 1 << (int) (sequences[i] - first - 1);
                continue;
            }
            if (first >= 0) {
                writer.nackItem((int) first & 0xffff, mask);
            }
            first = sequences[i];
            mask = 0;
        }
        if (header >= 0) {
            writer.nackItem((int) first & 0xffff, mask);
            writer.nackEnd(header);
        }
        return header >= 0;
    }

    private void expire(long nowNanos) {
        for (int i = count - 1; i >= 0; i--) {
            if (tries[i] >= MOST_TRIES || nowNanos - since[i] > OLDEST) {
                gaveUp = true;
                takeOut(i);
            }
        }
    }
}
