package dev.isthmus.ice.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The trains of a turn whose datagrams do not lie against each other, since others were queued in between: for each a list of runs of bytes,
 * which become its vectors. There is room for one run a datagram of a full batch.
 */
final class ScatteredTrains {
    private static final int RUNS = 2048;
    private static final int NONE = -1;

    private final int[] first;
    private final int[] last;
    private final int[] start = new int[RUNS];
    private final int[] length = new int[RUNS];
    private final int[] next = new int[RUNS];
    private final ByteBuffer vector = ByteBuffer.allocateDirect(RUNS * Vectors.BYTES).order(ByteOrder.nativeOrder());
    private final long vectors = Libc.address(vector);
    private int runs;
    private int vectorsUsed;

    ScatteredTrains(int messages) {
        first = new int[messages];
        last = new int[messages];
        Arrays.fill(first, NONE);
    }

    boolean has(int message) {
        return first[message] != NONE;
    }

    /** Returns whether a message may become scattered or longer. */
    boolean hasRoom() {
        return runs + 2 <= RUNS;
    }

    /** Makes a message scattered; what it has so far is one run. */
    void begin(int message, int at, int count) {
        first[message] = run(at, count);
        last[message] = first[message];
    }

    /** Adds a datagram; one that lies against the last makes its run longer. */
    void add(int message, int at, int count) {
        int run = last[message];
        if (start[run] + length[run] == at) {
            length[run] += count;
            return;
        }
        int fresh = run(at, count);
        next[run] = fresh;
        last[message] = fresh;
    }

    private int run(int at, int count) {
        int run = runs++;
        start[run] = at;
        length[run] = count;
        next[run] = NONE;
        return run;
    }

    /** Returns where the byte lies that follows so many bytes of the message. */
    int offset(int message, int after) {
        int run = first[message];
        int skipped = after;
        while (skipped >= length[run]) {
            skipped -= length[run];
            run = next[run];
        }
        return start[run] + skipped;
    }

    /** Writes the message's vectors and points its header at them. */
    void writeVectors(int message, long payload, ByteBuffer header) {
        int begin = vectorsUsed;
        for (int run = first[message]; run != NONE; run = next[run]) {
            Vectors.set(vector, vectorsUsed++, payload + start[run], length[run]);
        }
        MessageHeader.vectors(header, message, vectors + (long) begin * Vectors.BYTES, vectorsUsed - begin);
    }

    void clear() {
        if (runs > 0) {
            Arrays.fill(first, NONE);
            runs = 0;
            vectorsUsed = 0;
        }
    }
}
