package dev.isthmus.ice.stun;

import java.util.concurrent.TimeUnit;

/** When a request is sent again, and when nobody will answer it any more (RFC 8489, section 6.2.1). */
public final class Retransmission {
    /** The RTO of a client that knows nothing of the way, in nanoseconds. */
    public static final long RTO = TimeUnit.MILLISECONDS.toNanos(500);
    /** Ti: what an answer over a connection may take. */
    private static final long RELIABLE_WAIT = TimeUnit.MILLISECONDS.toNanos(39_500);

    /**
     * How often.
     *
     * @param requests Rc, the requests that are sent in all
     * @param lastWait Rm, the wait after the last one, in RTOs
     */
    public record Schedule(int requests, int lastWait) {
        /** That of the RFC: 39.5 seconds. */
        public static final Schedule STANDARD = new Schedule(7, 16);
        /** For what somebody waits for, as gathering: 9.5 seconds. */
        public static final Schedule IMPATIENT = new Schedule(5, 4);
        /** Sent once. */
        static final Schedule ONCE = new Schedule(1, 0);
    }

    private final Schedule schedule;
    private final long rto;
    private long wait;
    private int sent = 1;
    private long deadline;

    private Retransmission(Schedule schedule, long rtoNanos, long deadline) {
        this.schedule = schedule;
        this.rto = rtoNanos;
        this.wait = rtoNanos;
        this.deadline = deadline;
    }

    /** Begins with a datagram that is sent now. */
    public static Retransmission of(Schedule schedule, long rtoNanos, long nowNanos) {
        return new Retransmission(schedule, rtoNanos, nowNanos + rtoNanos);
    }

    /** Begins with a request that is not repeated, and waits that long. */
    public static Retransmission once(long waitNanos, long nowNanos) {
        return new Retransmission(Schedule.ONCE, waitNanos, nowNanos + waitNanos);
    }

    /** Begins with a request on a connection, where nothing is repeated. */
    public static Retransmission reliable(long nowNanos) {
        return once(RELIABLE_WAIT, nowNanos);
    }

    /** Returns when {@link #again} is to be asked. */
    public long deadline() {
        return deadline;
    }

    /** Returns whether the request is to be sent again now; if not, nobody will answer any more. */
    public boolean again(long nowNanos) {
        if (sent >= schedule.requests()) {
            return false;
        }
        sent++;
        wait = sent == schedule.requests() ? rto * schedule.lastWait() : wait * 2;
        deadline = nowNanos + wait;
        return true;
    }
}
