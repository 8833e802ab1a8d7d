package dev.isthmus.gateway.sctp;

import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** Which data has arrived, and when that is to be acknowledged (RFC 9260, section 6.2). */
final class Receipts {
    /** What is to be done with data. */
    enum Verdict {
        /** It is the first of its number. */
        NEW,
        /** It has arrived before. */
        DUPLICATE,
        /** It is too far ahead. */
        TOO_FAR
    }

    static final int MOST_AHEAD = 1 << 14;
    private static final int MOST_DUPLICATES = 16;
    private static final long LONGEST_DELAY = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int BLOCK = 4;
    private static final int FIXED = 16;

    private long cumulative;
    private long highest;
    /** Those beyond the cumulative one, by their low bits; there before anything is missing. */
    private long[] bits = {};
    private final int[] duplicates = new int[MOST_DUPLICATES];
    private int duplicateCount;
    private int packets;
    private boolean atOnce;
    private long deadline = Deadline.NONE;

    /** Begins with the number that is expected first. */
    void begin(long first) {
        cumulative = first - 1;
        highest = cumulative;
    }

    long cumulative() {
        return cumulative;
    }

    /** Returns whether data of a higher number has arrived. */
    boolean isBelowHighest(long tsn) {
        return tsn < highest;
    }

    boolean hasGap() {
        return highest > cumulative;
    }

    private boolean has(long tsn) {
        return bits.length > 0 && (bits[(int) (tsn & MOST_AHEAD - 1) >>> 6] >>> (tsn & 63) & 1) != 0;
    }

    /** Returns what data of a number is, and does not take it yet. */
    Verdict look(long tsn) {
        if (tsn <= cumulative || tsn <= highest && has(tsn)) {
            return Verdict.DUPLICATE;
        }
        return tsn > cumulative + MOST_AHEAD ? Verdict.TOO_FAR : Verdict.NEW;
    }

    /** Data has come again. */
    void again(long tsn) {
        if (duplicateCount < MOST_DUPLICATES) {
            duplicates[duplicateCount++] = (int) tsn;
        }
        atOnce = true;
    }

    /** Takes data that is new. */
    void take(long tsn) {
        if (tsn == cumulative + 1 && highest == cumulative) {
            cumulative = tsn;
            highest = tsn;
            return;
        }
        if (bits.length == 0) {
            bits = new long[MOST_AHEAD / 64];
        }
        set(tsn, true);
        highest = Math.max(highest, tsn);
        atOnce = true;
        advance();
    }

    private void set(long tsn, boolean value) {
        int word = (int) (tsn & MOST_AHEAD - 1) >>> 6;
        long bit = 1L << (tsn & 63);
        bits[word] = value ? bits[word] | bit : bits[word] & ~bit;
    }

    private void advance() {
        while (cumulative < highest && has(cumulative + 1)) {
            set(++cumulative, false);
        }
    }

    /** The peer will not send what is missing up to there (RFC 3758, section 3.6). */
    void forward(long to) {
        while (cumulative < to) {
            cumulative++;
            if (bits.length > 0) {
                set(cumulative, false);
            }
        }
        highest = Math.max(highest, cumulative);
        advance();
        atOnce = true;
    }

    /** A packet with data is over: every second one is acknowledged at once, and each while something is missing. */
    void packetOver(boolean immediate, long nowNanos) {
        packets++;
        atOnce |= immediate || hasGap() || packets >= 2;
        if (deadline == Deadline.NONE) {
            deadline = nowNanos + LONGEST_DELAY;
        }
    }

    /** There is room again, where the peer was told that there was none. */
    void tellWindow() {
        atOnce = true;
    }

    /** Returns when the acknowledgement is due. */
    long nextDeadline(long nowNanos) {
        return atOnce ? nowNanos : deadline;
    }

    boolean isDue(long nowNanos) {
        return atOnce || Deadline.due(deadline, nowNanos);
    }

    /** Returns whether there is something that has not been acknowledged. */
    boolean isPending() {
        return atOnce || deadline != Deadline.NONE;
    }

    /** Writes the acknowledgement, as much of it as has room. */
    void write(PacketWriter writer, long window) {
        int header = writer.open(Chunk.SACK, 0);
        writer.int32((int) cumulative);
        writer.int32((int) Math.max(0, window));
        int room = (writer.room() - FIXED) / BLOCK;
        int blocks = blocks(null, room);
        int told = Math.min(duplicateCount, room - blocks);
        writer.int16(blocks);
        writer.int16(told);
        blocks(writer, blocks);
        for (int i = 0; i < told; i++) {
            writer.int32(duplicates[i]);
        }
        writer.close(header);
        duplicateCount = 0;
        packets = 0;
        atOnce = false;
        deadline = Deadline.NONE;
    }

    /** Counts the runs of what has arrived beyond the cumulative number, or writes them. */
    private int blocks(@org.jspecify.annotations.Nullable PacketWriter writer, int most) {
        int count = 0;
        long tsn = cumulative + 1;
        while (tsn <= highest && count < most) {
            if (!has(tsn)) {
                tsn++;
                continue;
            }
            long first = tsn;
            while (tsn <= highest && has(tsn)) {
                tsn++;
            }
            count++;
            if (writer != null) {
                writer.int16((int) (first - cumulative));
                writer.int16((int) (tsn - 1 - cumulative));
            }
        }
        return count;
    }

    /** Reads a block of an acknowledgement: its first number in the upper half, its last in the lower, both from the cumulative one. */
    static int block(ByteBuffer b, int chunk, int index) {
        return b.getInt(chunk + FIXED + BLOCK * index);
    }
}
