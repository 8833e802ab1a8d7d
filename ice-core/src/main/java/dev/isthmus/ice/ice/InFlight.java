package dev.isthmus.ice.ice;

import dev.isthmus.ice.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The checks of an agent that wait for their answers. */
final class InFlight {
    private final List<Check> checks = new ArrayList<>();

    void add(Check check) {
        checks.add(check);
    }

    void remove(Check check) {
        checks.remove(check);
    }

    int size() {
        return checks.size();
    }

    /** Takes out the check with that transaction id, or returns null. */
    @Nullable
    Check take(int high, long low) {
        for (int i = 0; i < checks.size(); i++) {
            Check check = checks.get(i);
            if (check.transactionHigh == high && check.transactionLow == low) {
                return checks.remove(i);
            }
        }
        return null;
    }

    /** Returns a check whose wait is over, or null. */
    @Nullable
    Check due(long nowNanos) {
        for (Check check : checks) {
            if (Deadline.due(check.deadline(), nowNanos)) {
                return check;
            }
        }
        return null;
    }

    long nextDeadline() {
        long nearest = Deadline.NONE;
        for (Check check : checks) {
            nearest = Deadline.nearer(nearest, check.deadline());
        }
        return nearest;
    }

    /** Forgets the checks of a pair. */
    void drop(CandidatePair pair) {
        checks.removeIf(check -> check.pair == pair);
    }

    /** Forgets the checks of a check list that is given up. */
    void dropOrdinary() {
        checks.removeIf(check -> !check.consent);
    }

    /** Forgets the consent checks: one was answered, or the pair is another. */
    void dropConsent() {
        checks.removeIf(check -> check.consent);
    }

    /** Marks the checks of a pair as replaced. */
    void cancel(CandidatePair pair) {
        for (Check check : checks) {
            check.cancelled |= check.pair == pair && !check.consent;
        }
    }
}
