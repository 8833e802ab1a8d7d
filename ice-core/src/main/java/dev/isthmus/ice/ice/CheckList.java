package dev.isthmus.ice.ice;

import dev.isthmus.ice.ice.CandidatePair.State;
import dev.isthmus.ice.net.TransportAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The check list of one data stream (RFC 8445, section 6.1.2): pairs in order of priority, their states, and the triggered-check queue. */
final class CheckList {
    /** The limit of section 6.1.2.5. */
    static final int MAX_PAIRS = 100;
    private static final int MAX_CANDIDATES = 64;

    private final List<Candidate> locals = new ArrayList<>();
    private final List<Candidate> remotes = new ArrayList<>();
    private final List<CandidatePair> pairs = new ArrayList<>();
    private final Deque<CandidatePair> triggered = new ArrayDeque<>();
    /** To be checked anew, after what is triggered. */
    private final Deque<CandidatePair> again = new ArrayDeque<>();
    private final AgentGroup group;

    CheckList(AgentGroup group) {
        this.group = group;
    }

    List<CandidatePair> pairs() {
        return pairs;
    }

    List<Candidate> locals() {
        return locals;
    }

    /** 7.2.5.3.1: an address that we did not know becomes a peer-reflexive candidate of ours, with the base of the check. */
    void discoverLocal(Candidate checked, TransportAddress mapped) {
        if (!checked.transport().isTcp() && localAt(mapped) == null) {
            addLocal(new Candidate(CandidateType.PEER_REFLEXIVE, Candidate.foundation(CandidateType.PEER_REFLEXIVE, checked.base()),
                    checked.component(), checked.reflexivePriority(), mapped, checked.base()));
        }
    }

    int peerReflexiveRemotes() {
        return (int) remotes.stream().filter(r -> r.type() == CandidateType.PEER_REFLEXIVE).count();
    }

    /** Makes room for another peer-reflexive candidate: takes away the oldest one by which nothing goes any more. */
    void forgetPeerReflexive() {
        for (Candidate remote : remotes) {
            boolean dead = remote.type() == CandidateType.PEER_REFLEXIVE
                    && pairs.stream().noneMatch(pair -> pair.remote() == remote && (pair.valid || pair.state() != State.FAILED));
            if (dead) {
                remotes.remove(remote);
                pairs.removeIf(pair -> pair.remote() == remote);
                return;
            }
        }
    }

    boolean hasRemotes() {
        return !remotes.isEmpty();
    }

    /** Adds a candidate of ours and pairs it; returns false beyond the limit. */
    boolean addLocal(Candidate candidate) {
        if (locals.size() >= MAX_CANDIDATES) {
            return false;
        }
        if (!locals.contains(candidate)) {
            locals.add(candidate);
            remotes.forEach(remote -> form(candidate, remote));
            sort();
        }
        return true;
    }

    /** Adds a candidate of the peer and pairs it; returns false beyond the limit. One whose address is known changes nothing. */
    boolean addRemote(Candidate candidate) {
        Candidate known = remoteAt(candidate.address(), candidate.component());
        if (known != null) {
            return true;
        }
        if (remotes.size() >= MAX_CANDIDATES) {
            return false;
        }
        remotes.add(candidate);
        locals.forEach(local -> form(local, candidate));
        sort();
        return true;
    }

    @Nullable
    Candidate remoteAt(TransportAddress address, int component) {
        for (Candidate remote : remotes) {
            if (remote.component() == component && remote.address().equals(address)) {
                return remote;
            }
        }
        return null;
    }

    @Nullable
    Candidate localAt(TransportAddress address) {
        for (Candidate local : locals) {
            if (local.address().equals(address)) {
                return local;
            }
        }
        return null;
    }

    @Nullable
    Candidate localWithBase(TransportAddress base) {
        Candidate best = null;
        for (Candidate local : locals) {
            if (local.base().equals(base) && (best == null || local.address().equals(base))) {
                best = local;
            }
        }
        return best;
    }

    /** Returns the pair by which the peer is heard; a passive candidate of ours is paired only now. Null beyond the limit. */
    @Nullable
    CandidatePair heard(Candidate own, TransportAddress from) {
        Candidate remote = remoteAt(from, own.component());
        if (remote != null && own.transport() == CandidateTransport.TCP_PASSIVE && find(own.base(), from) == null) {
            add(own, remote);
        }
        return find(own.base(), from);
    }

    /** Forms a pair unless another with the same base and remote address exists (section 6.1.2.4: such pairs are redundant). */
    private void form(Candidate local, Candidate remote) {
        boolean family = local.address().ipv4() == remote.address().ipv4();
        boolean reflexive = local.type() == CandidateType.SERVER_REFLEXIVE || local.type() == CandidateType.PEER_REFLEXIVE;
        // A passive candidate waits until the peer connects (RFC 6544, section 6.2).
        boolean meets = local.transport() == remote.transport().counterpart() && local.transport() != CandidateTransport.TCP_PASSIVE;
        if (!family || !meets || reflexive || local.component() != remote.component() || find(local.base(), remote.address()) != null) {
            return;
        }
        add(local, remote);
    }

    private void add(Candidate local, Candidate remote) {
        CandidatePair pair = new CandidatePair(group.nextPair(), local, remote);
        pairs.add(pair);
        sort();
        while (pairs.size() > MAX_PAIRS && removeLowest()) {
            // one too many
        }
        if (pairs.contains(pair) && !group.isBusy(pair.foundation())) {
            pair.state(State.WAITING);
        }
    }

    private boolean removeLowest() {
        for (int i = pairs.size() - 1; i >= 0; i--) {
            if (!pairs.get(i).valid) {
                withdraw(pairs.get(i));
                pairs.remove(i);
                return true;
            }
        }
        return false;
    }

    boolean isBusy(String foundation) {
        for (CandidatePair other : pairs) {
            if (other.foundation().equals(foundation) && (other.state() == State.WAITING || other.state() == State.IN_PROGRESS)) {
                return true;
            }
        }
        return false;
    }

    @Nullable
    CandidatePair find(TransportAddress base, TransportAddress remote) {
        for (CandidatePair pair : pairs) {
            if (pair.joins(base, remote)) {
                return pair;
            }
        }
        return null;
    }

    void sort() {
        pairs.sort(Comparator.comparingLong((CandidatePair p) -> p.priority(group.controlling())).reversed());
    }

    /** Takes away our candidates with a base, and returns the pairs that go with them. */
    List<CandidatePair> removeBase(TransportAddress base) {
        locals.removeIf(local -> local.base().equals(base));
        List<CandidatePair> gone = pairs.stream().filter(pair -> pair.local().base().equals(base)).toList();
        gone.forEach(this::withdraw);
        pairs.removeAll(gone);
        return gone;
    }

    /** Puts a pair in front of the ordinary checks (section 7.3.1.4). */
    void trigger(CandidatePair pair) {
        if (!pair.triggered && !pair.barred) {
            pair.triggered = true;
            pair.state(State.WAITING);
            triggered.add(pair);
        }
    }

    /** Puts a pair in front of whatever else is triggered. */
    void hurry(CandidatePair pair) {
        if (triggered.remove(pair)) {
            triggered.addFirst(pair);
        }
    }

    /**
     * A relay works, so that both sides are at work: what goes directly and is unanswered is checked anew, once. A filter that dropped the first
     * check may have been opened by the peer's since. Addresses outside a NAT first, which that is about.
     */
    void repeatDirect() {
        for (CandidatePair pair : pairs) {
            if (pair.state() == State.IN_PROGRESS && !pair.isRelayed() && !pair.askedAgain) {
                pair.askedAgain = true;
                if (pair.remote().type() == CandidateType.HOST) {
                    again.addLast(pair);
                } else {
                    again.addFirst(pair);
                }
            }
        }
    }

    /** Takes a pair out of the queues. */
    void withdraw(CandidatePair pair) {
        pair.triggered = false;
        triggered.remove(pair);
        again.remove(pair);
    }

    /** Unfreezes what shares the foundation of a pair that succeeded (section 7.2.5.3.3). */
    void unfreeze(String foundation) {
        for (CandidatePair pair : pairs) {
            if (pair.state() == State.FROZEN && pair.foundation().equals(foundation)) {
                pair.state(State.WAITING);
            }
        }
    }

    /** Takes the pair that is to be checked now (section 6.1.4.2), or null. */
    @Nullable
    CandidatePair next() {
        CandidatePair first = triggered.poll();
        if (first != null) {
            first.triggered = false;
            return first;
        }
        for (CandidatePair pair = again.poll(); pair != null; pair = again.poll()) {
            if (pair.state() == State.IN_PROGRESS) {
                return pair;
            }
        }
        CandidatePair waiting = firstIn(State.WAITING);
        if (waiting != null) {
            return waiting;
        }
        return firstThawed();
    }

    /** Returns the best frozen pair whose foundation is not being checked, or null. */
    private @Nullable CandidatePair firstThawed() {
        for (CandidatePair pair : pairs) {
            if (pair.state() == State.FROZEN && !group.isBusy(pair.foundation())) {
                return pair;
            }
        }
        return null;
    }

    private @Nullable CandidatePair firstIn(State state) {
        for (CandidatePair pair : pairs) {
            if (pair.state() == state) {
                return pair;
            }
        }
        return null;
    }

    boolean hasWork() {
        return !triggered.isEmpty() || again.stream().anyMatch(CandidatePair::isPending) || firstIn(State.WAITING) != null
                || firstThawed() != null;
    }

    boolean exhausted() {
        return pairs.stream().allMatch(p -> !p.isPending());
    }

    /** Returns the best pair whose check succeeded, or null. */
    @Nullable
    CandidatePair bestValid() {
        for (CandidatePair pair : pairs) {
            if (pair.valid) {
                return pair;
            }
        }
        return null;
    }

    /** Returns the pairs of higher priority that may still succeed. */
    List<CandidatePair> betterPending(CandidatePair than) {
        return pairs.stream().takeWhile(pair -> pair != than).filter(CandidatePair::isPending).toList();
    }

    long priority(CandidatePair pair) {
        return pair.priority(group.controlling());
    }
}
