package dev.isthmus.ice.ice;

import dev.isthmus.ice.time.Deadline;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A pair that goes where another session's selected pair does. It is tried again for a while, since the other session may be one whose peer is
 * gone and nobody has noticed; when it stays contested the newer pair fails.
 */
final class Contest {
    /** Longer than a session takes to notice that its peer is silent. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(9);
    private static final long RETRY = TimeUnit.SECONDS.toNanos(1);
    private @Nullable CandidatePair pair;
    private long since;
    private long retryAt = Deadline.NONE;

    /** Returns whether the pair is to be given up. */
    boolean onContested(CandidatePair contested, long nowNanos) {
        if (pair != contested) {
            pair = contested;
            since = nowNanos;
        }
        boolean over = nowNanos - since >= PATIENCE;
        retryAt = over ? Deadline.NONE : nowNanos + RETRY;
        return over;
    }

    /** Returns the pair that is to be checked once more, or null. */
    @Nullable
    CandidatePair due(long nowNanos) {
        if (!Deadline.due(retryAt, nowNanos)) {
            return null;
        }
        retryAt = Deadline.NONE;
        return pair;
    }

    void restart() {
        pair = null;
        retryAt = Deadline.NONE;
    }

    long nextDeadline() {
        return retryAt;
    }
}
