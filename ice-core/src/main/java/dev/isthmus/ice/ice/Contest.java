package dev.isthmus.ice.ice;

import dev.isthmus.ice.time.Deadline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Pairs that go where another session's selected pair does. Each is tried again for a while, since the other session may be one whose peer is
 * gone and nobody has noticed; when it stays contested the newer pair fails.
 */
final class Contest {
    /** Some tries longer than a session takes to notice that its peer is silent. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(12);
    private static final long RETRY = TimeUnit.SECONDS.toNanos(1);
    /** A pair that was not contested for so long is contested anew. */
    private static final long MEMORY = TimeUnit.SECONDS.toNanos(20);

    /** Since when a pair is contested, when it was so last, and when it is tried again. */
    private static final class Claim {
        private long since;
        private long last;
        private long retryAt;

        Claim(long nowNanos) {
            since = nowNanos;
            last = nowNanos;
        }
    }

    private final Map<CandidatePair, Claim> claims = new LinkedHashMap<>();

    /** Returns whether the pair is to be given up. */
    boolean onContested(CandidatePair pair, long nowNanos) {
        Claim claim = claims.computeIfAbsent(pair, first -> new Claim(nowNanos));
        if (nowNanos - claim.last > MEMORY) {
            claim.since = nowNanos;
        }
        claim.last = nowNanos;
        boolean over = nowNanos - claim.since >= PATIENCE;
        claim.retryAt = nowNanos + RETRY;
        if (over) {
            claims.remove(pair);
        }
        return over;
    }

    /**
     * Returns the pairs that are to be checked once more.
     *
     * @param present the pairs that there are still
     */
    List<CandidatePair> due(List<CandidatePair> present, long nowNanos) {
        if (!Deadline.due(nextDeadline(), nowNanos)) {
            return List.of();
        }
        claims.keySet().retainAll(Set.copyOf(present));
        List<CandidatePair> due = new ArrayList<>();
        claims.forEach((pair, claim) -> {
            if (Deadline.due(claim.retryAt, nowNanos)) {
                claim.retryAt = Deadline.NONE;
                due.add(pair);
            }
        });
        return due;
    }

    void restart() {
        claims.clear();
    }

    long nextDeadline() {
        long nearest = Deadline.NONE;
        for (Claim claim : claims.values()) {
            nearest = Deadline.nearer(nearest, claim.retryAt);
        }
        return nearest;
    }
}
