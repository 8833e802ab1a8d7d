package dev.isthmus.gateway.rtp;

import java.nio.ByteBuffer;

/**
 * Which packets of a transport have arrived, and when (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
 *
 * <pre>
 * |V=2|P| FMT=15  |    PT=205     |            length             |
 * |                     SSRC of the sender                        |
 * |                     SSRC of a media source                    |
 * |     base sequence number      |      packet status count      |
 * |         reference time (64 ms)                |  feedback no. |
 * |         chunk of statuses     |       chunk of statuses ...   |
 * |  arrival deltas (250 us), one byte or two ...                 |
 * </pre>
 */
public final class TransportFeedback {
    /** The unit of the times that are told, in microseconds. */
    public static final int TICK_MICROS = 250;
    private static final int REFERENCE_MICROS = 64_000;
    static final int FIXED = 20;
    private static final int BASE = 12;
    private static final int COUNT = 14;
    private static final int REFERENCE = 16;
    private static final int NUMBER = 19;
    private static final int NOT_RECEIVED = 0;
    private static final int SMALL = 1;
    private static final int LARGE = 2;
    private static final int VECTOR_OF_TWO_BITS = 7;
    private static final int VECTOR_OF_ONE_BIT = 14;
    private static final int LONGEST_RUN = 0x1fff;
    private static final int MOST_STATUSES = 512;
    /** Nobody remembers more packets; a feedback packet can claim sixteen times as many in a few bytes. */
    private static final int MOST_READ = 4096;

    /** Hears what a feedback packet says. */
    public interface Visitor {
        /**
         * A packet has arrived.
         *
         * @param micros when, by the clock of who tells, which begins anew every 12 days
         */
        void onArrival(int sequence, long micros);

        /** A packet has not arrived. */
        void onMissing(int sequence);

        /** Everything was told. */
        void onEnd();
    }

    private TransportFeedback() {}

    /** Reads a feedback packet that is as long as its header says; returns false, with nothing or a part of it visited, when it is malformed. */
    public static boolean read(ByteBuffer b, int at, int length, Visitor visitor) {
        if (length < FIXED) {
            return false;
        }
        int base = b.getShort(at + BASE) & 0xffff;
        int count = b.getShort(at + COUNT) & 0xffff;
        int deltas = count > MOST_READ ? -1 : chunksEnd(b, at, length, count);
        if (deltas < 0) {
            return false;
        }
        long micros = (long) (b.getInt(at + REFERENCE) >>> 8) * REFERENCE_MICROS;
        int chunk = at + FIXED;
        int done = 0;
        while (done < count) {
            int word = b.getShort(chunk) & 0xffff;
            chunk += 2;
            int covered = Math.min(statuses(word), count - done);
            for (int i = 0; i < covered; i++) {
                int status = status(word, i);
                int sequence = base + done + i & 0xffff;
                int size = status == SMALL ? 1 : status == LARGE ? 2 : 0;
                if (size == 0) {
                    visitor.onMissing(sequence);
                    continue;
                }
                if (deltas + size > at + length) {
                    return false;
                }
                micros += (long) (size == 1 ? b.get(deltas) & 0xff : b.getShort(deltas)) * TICK_MICROS;
                deltas += size;
                visitor.onArrival(sequence, micros);
            }
            done += covered;
        }
        visitor.onEnd();
        return true;
    }

    private static int chunksEnd(ByteBuffer b, int at, int length, int count) {
        int chunk = at + FIXED;
        int done = 0;
        while (done < count) {
            int more = chunk + 2 > at + length ? 0 : statuses(b.getShort(chunk) & 0xffff);
            if (more == 0) {
                return -1; // nothing is left, or a run of nothing
            }
            done += more;
            chunk += 2;
        }
        return chunk;
    }

    private static int statuses(int word) {
        if ((word & 0x8000) == 0) {
            return word & LONGEST_RUN;
        }
        return (word & 0x4000) == 0 ? VECTOR_OF_ONE_BIT : VECTOR_OF_TWO_BITS;
    }

    private static int status(int word, int index) {
        if ((word & 0x8000) == 0) {
            return word >>> 13 & 3;
        }
        return (word & 0x4000) == 0 ? word >>> 13 - index & 1 : word >>> 12 - 2 * index & 3;
    }

    /** Writes feedback packets. One object serves one transport. */
    public static final class Writer {
        private final byte[] status = new byte[MOST_STATUSES];
        private final short[] ticks = new short[MOST_STATUSES];
        private int count;
        private long reference;
        private long last;
        private int number;

        /** Begins with the first packet that is told of; it has arrived then. */
        public void begin(long micros) {
            count = 0;
            reference = Math.floorDiv(micros, REFERENCE_MICROS);
            last = reference * (REFERENCE_MICROS / TICK_MICROS);
        }

        /** Adds that the next packet has not arrived; returns false when there is no room. */
        public boolean missing() {
            if (count == MOST_STATUSES) {
                return false;
            }
            status[count++] = NOT_RECEIVED;
            return true;
        }

        /** Adds that the next packet has arrived; returns false when there is no room, or it came too much later or earlier than the one before. */
        public boolean arrived(long micros) {
            long tick = Math.floorDiv(micros, TICK_MICROS);
            long delta = tick - last;
            if (count == MOST_STATUSES || delta > Short.MAX_VALUE || delta < Short.MIN_VALUE) {
                return false;
            }
            last = tick;
            status[count] = (byte) (delta >= 0 && delta <= 0xff ? SMALL : LARGE);
            ticks[count++] = (short) delta;
            return true;
        }

        /** Writes the packet and returns its length. */
        public int write(ByteBuffer b, int at, int senderSsrc, int mediaSsrc, int base) {
            b.put(at, (byte) (0x80 | Rtcp.TRANSPORT_WIDE));
            b.put(at + 1, (byte) Rtcp.TRANSPORT_FEEDBACK);
            b.putInt(at + 4, senderSsrc);
            b.putInt(at + 8, mediaSsrc);
            b.putShort(at + BASE, (short) base);
            b.putShort(at + COUNT, (short) count);
            b.putInt(at + REFERENCE, (int) reference << 8);
            b.put(at + NUMBER, (byte) number++);
            int end = deltas(b, chunks(b, at + FIXED));
            int padding = -(end - at) & 3;
            for (int i = 1; i <= padding; i++) {
                b.put(end++, (byte) (i == padding ? padding : 0));
            }
            if (padding > 0) {
                b.put(at, (byte) (b.get(at) | 0x20));
            }
            b.putShort(at + 2, (short) ((end - at) / 4 - 1));
            return end - at;
        }

        private int chunks(ByteBuffer b, int from) {
            int at = from;
            int done = 0;
            while (done < count) {
                int run = 1;
                while (done + run < count && run < LONGEST_RUN && status[done + run] == status[done]) {
                    run++;
                }
                if (run >= VECTOR_OF_TWO_BITS || done + run == count) {
                    b.putShort(at, (short) (status[done] << 13 | run));
                    done += run;
                } else {
                    int word = 0xc000;
                    for (int i = 0; i < VECTOR_OF_TWO_BITS; i++) {
                        word |= (done + i < count ? status[done + i] : 0) << 12 - 2 * i;
                    }
                    b.putShort(at, (short) word);
                    done += VECTOR_OF_TWO_BITS;
                }
                at += 2;
            }
            return at;
        }

        private int deltas(ByteBuffer b, int from) {
            int at = from;
            for (int i = 0; i < count; i++) {
                if (status[i] == SMALL) {
                    b.put(at++, (byte) ticks[i]);
                } else if (status[i] == LARGE) {
                    b.putShort(at, ticks[i]);
                    at += 2;
                }
            }
            return at;
        }
    }
}
