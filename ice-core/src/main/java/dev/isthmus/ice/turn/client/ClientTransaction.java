package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.stun.Retransmission;
import dev.isthmus.ice.stun.Retransmission.Schedule;
import dev.isthmus.ice.time.Deadline;

/** One request that waits for its answer (RFC 8489, sections 6.2.1 and 6.2.2). */
final class ClientTransaction {
    final Ask ask;
    final int high;
    final long low;
    final byte[] bytes;
    final boolean signed;
    private final Retransmission retransmission;
    /** An answer came whose integrity was missing or wrong. */
    boolean violated;

    ClientTransaction(Ask ask, int high, long low, byte[] bytes, boolean signed, boolean reliable, long nowNanos) {
        this.ask = ask;
        this.high = high;
        this.low = low;
        this.bytes = bytes;
        this.signed = signed;
        Schedule schedule = ask.kind() == Ask.Kind.ALLOCATE ? Schedule.IMPATIENT : Schedule.STANDARD;
        this.retransmission = reliable ? Retransmission.reliable(nowNanos) : Retransmission.of(schedule, Retransmission.RTO, nowNanos);
    }

    long deadline() {
        return retransmission.deadline();
    }

    boolean due(long nowNanos) {
        return Deadline.due(deadline(), nowNanos);
    }

    /** Returns whether the request is to be sent again; if not, nobody will answer any more. */
    boolean again(long nowNanos) {
        return retransmission.again(nowNanos);
    }
}
