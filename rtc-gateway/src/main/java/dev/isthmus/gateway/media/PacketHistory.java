package dev.isthmus.gateway.media;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The last packets of a stream as they were written, without protection: those that wait to be sent, and those that the peer may ask for again.
 * One piece of memory, used round and round.
 */
final class PacketHistory {
    static final int PLACES = 512;
    static final int SIZE = 1 << 18;
    private static final int NOTHING = -1;
    /** No packet is repeated more often than this. */
    private static final long LEAST_BETWEEN = TimeUnit.MILLISECONDS.toNanos(10);
    final ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    private final int[] sequences = new int[PLACES];
    /** Where each begins, counted over all rounds. */
    private final long[] positions = new long[PLACES];
    private final int[] lengths = new int[PLACES];
    private final int[] headers = new int[PLACES];
    private final int[] sendTimes = new int[PLACES];
    private final int[] transportNumbers = new int[PLACES];
    private final long[] repeated = new long[PLACES];
    /** The place of the last packet whose number has such low bits. */
    private final long[] bySequence = new long[PLACES];
    private long written;
    private long added;

    /** Returns where the next packet is to be written; there is room for the longest. */
    int room(int longest) {
        int rest = SIZE - (int) (written % SIZE);
        if (rest < longest) {
            written += rest;
        }
        return (int) (written % SIZE);
    }

    /**
     * Keeps the packet that was written at {@link #room}.
     *
     * @param header its length up to the payload
     * @param sendTime where in the buffer its time of sending is to be written, or -1
     * @param transportNumber where its number in the transport, or -1
     * @return its place, for as long as it is kept
     */
    long add(int sequence, int header, int length, int sendTime, int transportNumber) {
        int place = (int) (added % PLACES);
        sequences[place] = sequence;
        positions[place] = written;
        headers[place] = header;
        lengths[place] = length;
        sendTimes[place] = sendTime;
        transportNumbers[place] = transportNumber;
        repeated[place] = Long.MIN_VALUE / 2;
        bySequence[sequence % PLACES] = added;
        written += length;
        return added++;
    }

    /** Returns whether what stands at a place is still what was put there. */
    private boolean holds(long place) {
        return place >= 0 && place >= added - PLACES && place < added
                && written + MediaSession.LONGEST - positions[(int) (place % PLACES)] <= SIZE;
    }

    /** Returns the place of a packet that may be repeated now, or -1. */
    long find(int sequence, long nowNanos) {
        long place = bySequence[sequence % PLACES];
        int at = (int) (place % PLACES);
        if (!holds(place) || sequences[at] != sequence || nowNanos - repeated[at] < LEAST_BETWEEN) {
            return NOTHING;
        }
        repeated[at] = nowNanos;
        return place;
    }

    boolean isThere(long place) {
        return holds(place);
    }

    int offset(long place) {
        return (int) (positions[(int) (place % PLACES)] % SIZE);
    }

    int length(long place) {
        return lengths[(int) (place % PLACES)];
    }

    int header(long place) {
        return headers[(int) (place % PLACES)];
    }

    int sendTimeAt(long place) {
        return sendTimes[(int) (place % PLACES)];
    }

    int transportNumberAt(long place) {
        return transportNumbers[(int) (place % PLACES)];
    }
}
