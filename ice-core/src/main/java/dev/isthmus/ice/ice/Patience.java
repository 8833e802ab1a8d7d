package dev.isthmus.ice.ice;

import dev.isthmus.ice.time.Deadline;
import java.util.concurrent.TimeUnit;

/**
 * When checks that lead to nothing are called failed: not before a peer-reflexive candidate could have come (RFC 8863, section 4), and while
 * the peer has not told its last candidate, not before the latest one had its time (RFC 8838, section 8).
 */
final class Patience {
    private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(39_500);
    private long since = Deadline.NONE;
    private boolean remoteEnded;
    private boolean localEnded;

    /** Checks can begin. */
    void begin(long nowNanos) {
        if (since == Deadline.NONE) {
            since = nowNanos;
        }
    }

    /** The peer has told another candidate. */
    void onCandidate(long nowNanos) {
        if (!remoteEnded && since != Deadline.NONE) {
            since = nowNanos;
        }
    }

    void remoteEnded(boolean ended) {
        remoteEnded = ended;
    }

    void localEnded(boolean ended) {
        localEnded = ended;
    }

    boolean remoteEnded() {
        return remoteEnded;
    }

    /** Returns whether both sides know all candidates that there will be. */
    boolean knowsAll() {
        return localEnded && remoteEnded;
    }

    /** Begins a new generation. */
    void restart() {
        since = Deadline.NONE;
        remoteEnded = false;
    }

    long deadline() {
        return since == Deadline.NONE ? Deadline.NONE : since + WAIT;
    }
}
