package dev.isthmus.ice.ice;

import dev.isthmus.ice.ice.CandidatePair.State;
import dev.isthmus.ice.ice.CheckSender.Generation;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The pair that carries media: how the peer keeps consenting to it (RFC 7675), and how it follows a peer whose address changes. */
final class Selection {
    /** A peer that was heard at another address is asked at the old one that often, then followed. */
    private static final int PROBES = 4;
    private static final long PROBE_INTERVAL = TimeUnit.MILLISECONDS.toNanos(500);

    private final IceAgent agent;
    private final CheckSender sender;
    private final Consent consent;
    private final FormerFlows former = new FormerFlows();
    private @Nullable CandidatePair pair;
    /** With what the pair was checked; after a restart it keeps them until another pair is selected. */
    private @Nullable Generation generation;
    /** Where the peer seems to have gone. */
    private @Nullable CandidatePair follow;
    private int probes;
    private long nextProbe = Deadline.NONE;

    Selection(IceAgent agent, CheckSender sender, RandomSource random) {
        this.agent = agent;
        this.sender = sender;
        this.consent = new Consent(random);
    }

    @Nullable
    CandidatePair pair() {
        return pair;
    }

    @Nullable
    Generation generation() {
        return generation;
    }

    /** Returns whether a pair of the present generation is selected. */
    boolean isPresent() {
        CandidatePair current = pair;
        return current != null && agent.checkList().pairs().contains(current);
    }

    /**
     * Takes a nominated pair that works: the first, any better one, and any at all when the old one has fallen silent. Browsers nominate
     * several, best last, and nominate anew when the selected one stops answering.
     */
    void nominated(CandidatePair nominated, long nowNanos) {
        nominated.nominate();
        CandidatePair current = pair;
        boolean better = current == null || !isPresent() || agent.state() != IceState.CONNECTED
                || agent.checkList().priority(nominated) >= agent.checkList().priority(current);
        if (nominated != current && better) {
            select(nominated, nowNanos);
        }
    }

    /** RFC 8445, section 8.2: between two lite agents the best pair of host candidates is taken as it is. */
    void takeUnchecked(long nowNanos) {
        CandidatePair best = agent.checkList().pairs().isEmpty() ? null : agent.checkList().pairs().get(0);
        if (best != null && pair == null) {
            best.valid = true;
            best.state(State.SUCCEEDED);
            nominated(best, nowNanos);
        }
    }

    private void select(CandidatePair chosen, long nowNanos) {
        pair = chosen;
        generation = agent.keys().generation();
        sender.inFlight().dropConsent();
        stopProbing();
        if (agent.hasConsent()) {
            consent.start(nowNanos);
        }
        agent.selected(chosen);
    }

    /** A check of the pair is answered, or for a lite agent, the peer has checked it. */
    void confirm(CandidatePair answered, long nowNanos) {
        if (answered == pair) {
            consent.confirm(nowNanos);
            sender.inFlight().dropConsent();
            stopProbing();
            agent.recovered();
        }
    }

    /**
     * The peer checks another pair, and answers there: a NAT may have given it another address, or it moved, or it only goes on checking. It
     * is asked at once whether the selected pair still works.
     */
    void heardElsewhere(CandidatePair elsewhere, long nowNanos) {
        CandidatePair current = pair;
        if (current == null || elsewhere == current || !elsewhere.valid || !isPresent() || follow != null) {
            return;
        }
        if (agent.isLite()) {
            if (consent.silent(nowNanos)) { // it cannot ask: the old pair must have been quiet for longer than peers are
                agent.counters().count(IceReason.PEER_FOLLOWED);
                select(elsewhere, nowNanos);
            }
        } else {
            follow = elsewhere;
            probes = 0;
            nextProbe = nowNanos;
        }
    }

    void stopProbing() {
        follow = null;
        nextProbe = Deadline.NONE;
    }

    void onTimeout(long nowNanos) {
        if (Deadline.due(nextProbe, nowNanos)) {
            probe(nowNanos);
        }
        if (consent.checkDue(nowNanos)) {
            consent.scheduleNext(nowNanos);
            ask(nowNanos);
        }
        if (consent.expired(nowNanos)) {
            lose(nowNanos);
        } else if (consent.silent(nowNanos)) {
            agent.silent();
        }
    }

    private void probe(long nowNanos) {
        CandidatePair there = follow;
        if (there == null || !there.valid || !agent.checkList().pairs().contains(there)) {
            stopProbing();
        } else if (probes++ < PROBES) {
            nextProbe = nowNanos + PROBE_INTERVAL;
            ask(nowNanos);
        } else {
            agent.counters().count(IceReason.PEER_FOLLOWED);
            select(there, nowNanos);
            agent.nomination().take(there, nowNanos); // a controlled peer waits for the word
        }
    }

    /** A lite agent asks nothing: the peer's checks are its consent. */
    private void ask(long nowNanos) {
        CandidatePair current = pair;
        Generation with = generation;
        if (current != null && with != null && !agent.isLite()) {
            sender.send(current, with, agent.manner(false, true), nowNanos);
        }
    }

    /** Consent is gone: nothing is sent on the pair until a new check of it succeeds (RFC 7675, section 5.1). */
    void lose(long nowNanos) {
        lose(false, nowNanos);
    }

    /** The pair works no more; it is checked anew at once where that may help. */
    void lose(boolean again, long nowNanos) {
        agent.counters().count(IceReason.CONSENT_LOST);
        consent.stop();
        stopProbing();
        sender.inFlight().dropConsent();
        CandidatePair lost = pair;
        boolean wasPresent = isPresent();
        if (lost != null) {
            lost.valid = false;
            lost.state(State.FAILED);
        }
        pair = null;
        generation = null;
        if (again && lost != null && wasPresent) {
            agent.trigger(lost, nowNanos);
        }
        askOthers(nowNanos);
        agent.lost(wasPresent, nowNanos);
    }

    /** What has worked is checked once more, before it is relied on. */
    private void askOthers(long nowNanos) {
        for (CandidatePair other : agent.isLite() ? List.<CandidatePair>of() : List.copyOf(agent.checkList().pairs())) {
            if (other.valid) {
                other.valid = false;
                agent.trigger(other, nowNanos);
            }
        }
    }

    /** Takes in that data has come; returns whether the peer is there: it checked that pair, or answered our check of it. */
    boolean admits(TransportAddress base, TransportAddress peer, int length) {
        CandidatePair current = pair;
        CandidatePair found = current != null && current.joins(base, peer) ? current : agent.checkList().find(base, peer);
        boolean proven = found != null && (found == current || found.heard || found.valid);
        if (proven && found != null) {
            found.traffic().received(length);
        }
        return proven || former.has(base, peer);
    }

    FormerFlows former() {
        return former;
    }

    long nextDeadline() {
        return Deadline.nearer(nextProbe, consent.nextDeadline(agent.state() != IceState.CONNECTED));
    }
}
