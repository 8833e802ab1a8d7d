package dev.isthmus.ice.ice;

import dev.isthmus.ice.net.TransportAddress;

/** What stands in the way of pairs, as the network and the owner of the sockets say. */
final class Obstacles {
    private final IceAgent agent;
    private final InFlight inFlight;
    private final Contest contest = new Contest();

    Obstacles(IceAgent agent, InFlight inFlight) {
        this.agent = agent;
        this.inFlight = inFlight;
    }

    void onUnreachable(TransportAddress base, TransportAddress peer, long nowNanos) {
        CandidatePair pair = agent.checkList().find(base, peer);
        if (pair != null && pair != agent.selection().pair() && pair.isPending()) {
            agent.counters().count(IceReason.UNREACHABLE);
            giveUp(pair, nowNanos);
        }
    }

    /** A pair's connection has ended: one that carried media and that we opened is opened anew, once. */
    void onDisconnected(TransportAddress base, TransportAddress peer, long nowNanos) {
        CandidatePair current = agent.selection().pair();
        CandidatePair pair = agent.checkList().find(base, peer);
        if (pair != null && pair != current) { // after a restart it is another one than that which carries media
            pair.valid = false;
            giveUp(pair, nowNanos);
            if (current != null && current.joins(base, peer) && pair.local().transport() == CandidateTransport.TCP_ACTIVE) {
                agent.trigger(pair, nowNanos); // it was the old connection
            }
        }
        if (current != null && current.joins(base, peer)) {
            inFlight.drop(current);
            agent.selection().lose(current.local().transport() == CandidateTransport.TCP_ACTIVE, nowNanos);
        }
    }

    void onBaseGone(TransportAddress base, long nowNanos) {
        CandidatePair current = agent.selection().pair();
        for (CandidatePair gone : agent.checkList().removeBase(base)) {
            giveUp(gone, nowNanos);
        }
        if (current != null && current.local().base().equals(base)) {
            agent.selection().lose(nowNanos);
        }
    }

    void onAddressInUse(TransportAddress base, TransportAddress peer, long nowNanos) {
        CandidatePair pair = agent.checkList().find(base, peer);
        if (pair == null || pair.barred) {
            return;
        }
        agent.counters().count(IceReason.ADDRESS_IN_USE);
        pair.barred = contest.onContested(pair, nowNanos);
        if (pair == agent.selection().pair()) {
            agent.selection().lose(nowNanos);
        }
        giveUp(pair, nowNanos);
    }

    private void giveUp(CandidatePair pair, long nowNanos) {
        inFlight.drop(pair);
        agent.checkList().withdraw(pair);
        agent.fail(pair, nowNanos);
    }

    void onTimeout(long nowNanos) {
        contest.due(agent.checkList().pairs(), nowNanos).forEach(contested -> agent.trigger(contested, nowNanos));
    }

    /** Begins a new generation. */
    void restart() {
        contest.restart();
    }

    long nextDeadline() {
        return contest.nextDeadline();
    }
}
