package dev.isthmus.ice.ice;

import dev.isthmus.ice.time.Deadline;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Which pair a controlling agent takes, and when (RFC 8445, section 8.1.1: regular nomination). */
final class Nomination {
    /** So long it waits at most for a better pair than the first that works; the RFC leaves that open. */
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(300);
    /** While only a relay works it waits longer: a filter in the way opens when the other side has sent, and lets only a repeated check in. */
    private static final long RELAY_PATIENCE = TimeUnit.MILLISECONDS.toNanos(1000);

    private final IceAgent agent;
    private @Nullable CandidatePair pair;
    private long firstValidAt = Deadline.NONE;

    Nomination(IceAgent agent) {
        this.agent = agent;
    }

    /** A pair works. */
    void onValid(long nowNanos) {
        if (firstValidAt == Deadline.NONE) {
            firstValidAt = nowNanos;
        }
    }

    /** A pair does not work; returns whether it was the one to be nominated. */
    boolean onFailed(CandidatePair failed) {
        boolean was = failed == pair;
        pair = was ? null : pair;
        return was;
    }

    /** Begins a new generation. */
    void restart() {
        pair = null;
        firstValidAt = Deadline.NONE;
    }

    /** Nothing is nominated any more: the role has changed. */
    void stop() {
        pair = null;
    }

    /** Returns whether the next check of a pair is to nominate it. */
    boolean is(CandidatePair checked) {
        return checked == pair && agent.nominates();
    }

    /** Nominates a pair by its next check. */
    void take(CandidatePair chosen, long nowNanos) {
        if (agent.nominates()) {
            pair = chosen;
            agent.trigger(chosen, nowNanos);
            agent.checkList().hurry(chosen); // everybody waits for it
        }
    }

    private boolean isOpen() {
        return agent.nominates() && pair == null && firstValidAt != Deadline.NONE && agent.checkList().bestValid() != null
                && !agent.selection().isPresent();
    }

    /**
     * Without a better pair under way there is nothing to wait for. While candidates may still come, or a peer is heard on a better pair, it
     * waits as long as it may; else until the better ones would have been answered, had they worked.
     */
    private long deadline(CandidatePair best) {
        List<CandidatePair> better = agent.checkList().betterPending(best);
        if (better.isEmpty()) {
            return firstValidAt;
        }
        long latest = firstValidAt + (best.isRelayed() ? RELAY_PATIENCE : PATIENCE);
        boolean open = !agent.patience().knowsAll() || better.stream().anyMatch(pair -> pair.heard || pair.askedAt == Deadline.NONE);
        return open ? latest : Math.min(latest, answered(best, better));
    }

    /**
     * A relay that works shows that the peer is at work too. It checks the direct ways anew when it hears us there, at the latest one slot and
     * one way later; two more slots and a round trip are for what is in its way.
     */
    private long answered(CandidatePair best, List<CandidatePair> better) {
        long trip = best.roundTripNanos();
        boolean lastResort = best.isRelayed() && better.stream().anyMatch(pair -> !pair.isRelayed());
        long last = lastResort ? firstValidAt + agent.pacing() * 5 / 2 + trip * 3 / 2 : firstValidAt;
        for (CandidatePair pair : better) {
            last = Math.max(last, pair.askedAt + trip * 3 / 2);
        }
        return last;
    }

    void onTimeout(long nowNanos) {
        CandidatePair best = agent.checkList().bestValid();
        if (best != null && isOpen() && Deadline.due(deadline(best), nowNanos)) {
            take(best, nowNanos);
        }
    }

    long nextDeadline() {
        CandidatePair best = agent.checkList().bestValid();
        return isOpen() && best != null ? deadline(best) : Deadline.NONE;
    }
}
