package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.RtcpWriter;
import dev.isthmus.gateway.rtp.SequenceNumbers;
import dev.isthmus.gateway.rtp.TransportFeedback;
import dev.isthmus.ice.time.Deadline;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** When the packets of a transport have come, to be told to the peer that has numbered them (draft-holmer-rmcat-transport-wide-cc-extensions-01). */
final class FeedbackRecorder {
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int KEPT = 1024;
    private static final long NOT_COME = Long.MIN_VALUE;
    private long[] arrivals = {};
    private TransportFeedback.@Nullable Writer writer;
    /** The next number to be told of, and the highest that has come. */
    private long next = -1;
    private long highest = -1;
    private int mediaSsrc;
    private long due = Deadline.NONE;

    /** Takes in that a packet has come; returns whether there is something to tell now that there was not before. */
    boolean onPacket(int sequence, int ssrc, long nowNanos) {
        if (highest < 0) {
            arrivals = new long[KEPT];
            next = 0x10000L + sequence;
            highest = next - 1;
        }
        long extended = SequenceNumbers.extend(Math.max(highest, next), sequence);
        if (extended < next) {
            return false; // it was told of as missing
        }
        if (extended - next >= KEPT) {
            next = Math.max(next, extended - KEPT / 2); // what is older nobody waits for
            highest = Math.max(highest, next - 1);
        }
        for (long each = highest + 1; each < extended; each++) {
            arrivals[(int) (each % KEPT)] = NOT_COME;
        }
        arrivals[(int) (extended % KEPT)] = nowNanos / 1000;
        highest = Math.max(highest, extended);
        mediaSsrc = ssrc;
        boolean first = due == Deadline.NONE;
        due = first ? nowNanos + INTERVAL : due;
        return first;
    }

    long nextDeadline() {
        return due;
    }

    boolean isDue(long nowNanos) {
        return Deadline.due(due, nowNanos);
    }

    /** Adds a feedback packet; to be called again as long as it returns true. */
    boolean write(RtcpWriter rtcp, int ssrc) {
        due = Deadline.NONE;
        while (next <= highest && arrivals[(int) (next % KEPT)] == NOT_COME) {
            next++; // a feedback packet begins with one that has come
        }
        if (next > highest) {
            return false;
        }
        TransportFeedback.Writer feedback = writer;
        if (feedback == null) {
            feedback = new TransportFeedback.Writer();
            writer = feedback;
        }
        long base = next;
        feedback.begin(arrivals[(int) (next % KEPT)]);
        boolean room = true;
        while (room && next <= highest) {
            long micros = arrivals[(int) (next % KEPT)];
            room = micros == NOT_COME ? feedback.missing() : feedback.arrived(micros);
            next += room ? 1 : 0;
        }
        rtcp.feedback(feedback, ssrc, mediaSsrc, (int) base & 0xffff);
        return true;
    }
}
