package dev.isthmus.ice.ice;

import java.util.ArrayList;
import java.util.List;

/** What the agents of one session's components have in common: the role, its tie-breaker, and the pace of checks (RFC 8445, section 6.1.4). */
final class AgentGroup {
    private final List<IceAgent> agents = new ArrayList<>();
    private boolean controlling;
    private long tieBreaker;
    /** No check of any of them before this. */
    private long nextSlot = Long.MIN_VALUE;

    AgentGroup(boolean controlling, long tieBreaker) {
        this.controlling = controlling;
        this.tieBreaker = tieBreaker;
    }

    void add(IceAgent agent) {
        agents.add(agent);
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

    /** Section 7.2.5.3.3: what shares the foundation of a pair that succeeded is worth a check in every component. */
    void unfreeze(String foundation) {
        agents.forEach(agent -> agent.checkList().unfreeze(foundation));
    }

    /** Returns when the next check may go out. */
    long slot(long nowNanos) {
        return Math.max(nowNanos, nextSlot);
    }

    void takeSlot(long nowNanos) {
        nextSlot = nowNanos + IceAgent.PACING;
    }
}
