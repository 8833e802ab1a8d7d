package dev.isthmus.ice.ice;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the agents of one session's components have in common: the role, its tie-breaker, and the pace of checks (RFC 8445, section 6.1.4). */
final class AgentGroup {
    private int pairs;
    /** Ta (section 14.2). */
    private static final long PACING = TimeUnit.MILLISECONDS.toNanos(20);

    /** A peer does not stop us by asking for more. */
    private static final long MOST_PACING = TimeUnit.MILLISECONDS.toNanos(500);

    private final List<IceAgent> agents = new ArrayList<>();
    private boolean controlling;
    private long tieBreaker;
    private long pacing = PACING;
    /** No check of any of them before this. */
    private long nextSlot = Long.MIN_VALUE;

    AgentGroup(boolean controlling, long tieBreaker) {
        this.controlling = controlling;
        this.tieBreaker = tieBreaker;
    }

    void add(IceAgent agent) {
        agents.add(agent);
    }

    /** An agent's component is no more: nothing waits for its checks. */
    void remove(IceAgent agent, long nowNanos) {
        agents.remove(agent);
        wake(nowNanos);
    }

    boolean controlling() {
        return controlling;
    }

    long tieBreaker() {
        return tieBreaker;
    }

    void tieBreaker(long another) {
        tieBreaker = another;
    }

    void become(boolean nowControlling) {
        controlling = nowControlling;
        agents.forEach(IceAgent::onRole);
    }

    /** Section 6.1.2.6: pairs of one foundation are checked one after the other, in whatever component they are. */
    boolean isBusy(String foundation) {
        return agents.stream().anyMatch(agent -> agent.checkList().isBusy(foundation));
    }

    /** Section 7.2.5.3.3: what shares the foundation of a pair that succeeded is worth a check in every component. */
    void unfreeze(String foundation, long nowNanos) {
        agents.forEach(agent -> agent.checkList().unfreeze(foundation));
        wake(nowNanos);
    }

    /** A check of one component has ended, for which those of another may have waited. */
    void wake(long nowNanos) {
        agents.forEach(agent -> agent.wake(nowNanos));
    }

    /** Returns when the next check may go out. */
    long slot(long nowNanos) {
        return Math.max(nowNanos, nextSlot);
    }

    /** A check goes out whose time was planned: what a timer is late by is not added up. */
    void takeSlot(long planned, long nowNanos) {
        nextSlot = (nowNanos - planned < pacing / 10 ? planned : nowNanos) + pacing;
    }

    long pacing() {
        return pacing;
    }

    /** The peer wants so much between two checks: the greater of both counts. */
    void slowDown(long nanos) {
        pacing = Math.clamp(nanos, PACING, MOST_PACING);
    }

    /** Returns the number of the next pair of any agent and generation. */
    int nextPair() {
        return pairs++;
    }
}
