package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.time.Deadline;
import java.util.concurrent.TimeUnit;

/** One request that waits for its answer (RFC 8489, sections 6.2.1 and 6.2.2). */
final class ClientTransaction {
    private static final long RTO = TimeUnit.MILLISECONDS.toNanos(500);
    /** Rc: requests sent in all. */
    private static final int MAX_SENT = 7;
    /** Rm: the wait after the last request, in RTOs. */
    private static final int LAST_WAIT = 16;
    /** Ti: what an answer over a connection may take. */
    private static final long RELIABLE_WAIT = TimeUnit.MILLISECONDS.toNanos(39_500);

    final Ask ask;
    final int high;
    final long low;
    final byte[] bytes;
    final boolean signed;
    private final boolean reliable;
    private long wait = RTO;
    private int sent = 1;
    private long deadline;
    /** An answer came whose integrity was missing or wrong. */
    boolean violated;

    ClientTransaction(Ask ask, int high, long low, byte[] bytes, boolean signed, boolean reliable, long nowNanos) {
        this.ask = ask;
        this.high = high;
        this.low = low;
        this.bytes = bytes;
        this.signed = signed;
        this.reliable = reliable;
        this.deadline = nowNanos + (reliable ? RELIABLE_WAIT : RTO);
    }

    long deadline() {
        return deadline;
    }

    boolean due(long nowNanos) {
        return Deadline.due(deadline, nowNanos);
    }

    /** Returns whether the request is to be sent again; if not, nobody will answer any more. */
    boolean again(long nowNanos) {
        if (reliable || sent >= MAX_SENT) {
            return false;
        }
        sent++;
        wait = sent == MAX_SENT ? RTO * LAST_WAIT : wait * 2;
        deadline = nowNanos + wait;
        return true;
    }
}
