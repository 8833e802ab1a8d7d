package dev.isthmus.ice.ice;

import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.util.concurrent.TimeUnit;

/** Consent freshness of the selected pair (RFC 7675, section 5.1): asked about every five seconds, gone after thirty without an answer. */
final class Consent {
    static final long EXPIRY = TimeUnit.SECONDS.toNanos(30);
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(5);
    /** After this long without an answer an application should know; the pair may still recover. */
    private static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(7500);

    private final RandomSource random;
    private boolean running;
    private long confirmed;
    private long nextCheck = Deadline.NONE;

    Consent(RandomSource random) {
        this.random = random;
    }

    /** Begins with a pair that has just answered. */
    void start(long nowNanos) {
        running = true;
        confirmed = nowNanos;
        scheduleNext(nowNanos);
    }

    void stop() {
        running = false;
        nextCheck = Deadline.NONE;
    }

    /** Sets the next check 0.8 to 1.2 intervals ahead, so that sessions do not fall into step. */
    void scheduleNext(long nowNanos) {
        nextCheck = nowNanos + INTERVAL * (800 + random.below(401)) / 1000;
    }

    void confirm(long nowNanos) {
        confirmed = nowNanos;
    }

    boolean checkDue(long nowNanos) {
        return running && Deadline.due(nextCheck, nowNanos);
    }

    boolean expired(long nowNanos) {
        return running && nowNanos - confirmed >= EXPIRY;
    }

    boolean silent(long nowNanos) {
        return running && nowNanos - confirmed >= SILENCE;
    }

    /** Returns when something is due; {@code noticedSilence} says that the silence is known already. */
    long nextDeadline(boolean noticedSilence) {
        if (!running) {
            return Deadline.NONE;
        }
        long known = noticedSilence ? Deadline.NONE : confirmed + SILENCE;
        return Deadline.nearer(Deadline.nearer(nextCheck, confirmed + EXPIRY), known);
    }
}
