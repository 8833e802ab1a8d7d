package dev.isthmus.ice.ice;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.CandidatePair.State;
import dev.isthmus.ice.ice.CheckSender.Generation;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A full ICE agent (RFC 8445) for one data stream: a state machine without sockets, clock or threads.
 *
 * <p>The owner hands it candidates, credentials and every STUN packet of its sockets, calls {@link #onTimeout} when {@link #nextDeadline} has
 * come, and after each of these calls drains {@link #pollTransmit} and {@link #pollEvent}. Candidates are gathered by the owner.
 */
public final class IceAgent {
    /** Ta of RFC 8445, section 14.2. */
    static final long PACING = TimeUnit.MILLISECONDS.toNanos(50);
    /** A controlling agent waits this long for a better pair than the first that works (RFC 8445, section 8.1.1 leaves it open). */
    private static final long NOMINATION_PATIENCE = TimeUnit.MILLISECONDS.toNanos(300);
    /** No failure before this (RFC 8863, section 4): a peer-reflexive candidate may still come. */
    private static final long FAILURE_PATIENCE = TimeUnit.MILLISECONDS.toNanos(39_500);

    /**
     * How an agent begins.
     *
     * @param controlling the role of the offerer, or of the full agent against a lite one
     * @param tieBreaker 64 random bits that decide role conflicts
     * @param transactionTag the first 32 bits of every transaction id, so that the owner finds the agent to which an answer belongs
     * @param local the first generation's credentials
     */
    public record Setup(boolean controlling, long tieBreaker, int transactionTag, IceCredentials local) {}

    private final RandomSource random;
    private final Counters<IceReason> counters;
    private final IceMessages messages = new IceMessages();
    private final CheckReceiver receiver;
    private final Consent consent;
    private final Deque<IceEvent> events = new ArrayDeque<>();
    private final CheckSender sender;
    private final InFlight inFlight;
    private CheckList checkList;
    private boolean controlling;
    private IceCredentials local;
    private @Nullable IceCredentials previousLocal;
    private @Nullable IceCredentials remote;
    private IceState state = IceState.NEW;
    private @Nullable CandidatePair selected;
    /** With what the selected pair was checked; after a restart it keeps them until another pair is selected. */
    private @Nullable Generation selectedGeneration;
    private @Nullable CandidatePair nominating;
    private long tieBreaker;
    private boolean heard;
    private long firstValidAt = Deadline.NONE;
    private long checkingSince = Deadline.NONE;
    private long nextCheckAt = Deadline.NONE;

    /** Creates an agent; its counters belong to the loop on which it lives. */
    public IceAgent(Setup setup, RandomSource random, Counters<IceReason> counters) {
        this.random = random;
        this.counters = counters;
        this.controlling = setup.controlling();
        this.local = setup.local();
        this.tieBreaker = setup.tieBreaker();
        this.checkList = new CheckList(controlling);
        this.consent = new Consent(random);
        this.receiver = new CheckReceiver(this, messages);
        this.sender = new CheckSender(setup.transactionTag(), random, messages);
        this.inFlight = sender.inFlight();
    }

    /** Adds a candidate of ours, gathered by the owner. */
    public void addLocalCandidate(Candidate candidate, long nowNanos) {
        if (!checkList.addLocal(candidate)) {
            counters.count(IceReason.TOO_MANY_CANDIDATES);
        }
        begin(nowNanos);
    }

    /** Sets the peer's credentials of this generation; checks begin once candidates are there. */
    public void setRemoteCredentials(IceCredentials credentials, long nowNanos) {
        remote = credentials;
        begin(nowNanos);
    }

    /** Adds a candidate that the peer signalled. */
    public void addRemoteCandidate(Candidate candidate, long nowNanos) {
        if (!checkList.addRemote(candidate)) {
            counters.count(IceReason.TOO_MANY_CANDIDATES);
        }
        begin(nowNanos);
    }

    void begin(long nowNanos) {
        if (remote != null && checkList.hasRemotes()) {
            if (checkingSince == Deadline.NONE) {
                checkingSince = nowNanos;
            }
            if (state == IceState.NEW) {
                become(IceState.CHECKING);
            }
            if (nextCheckAt == Deadline.NONE) {
                nextCheckAt = nowNanos;
            }
        }
    }

    /**
     * Begins a new generation (RFC 8445, section 9): new credentials, new check list. The selected pair goes on carrying media until a pair of
     * the new generation is selected, and checks of the old generation are still answered until then.
     */
    public void restart(IceCredentials newLocal) {
        Generation carrying = selectedGeneration;
        previousLocal = carrying == null ? local : carrying.local();
        local = newLocal;
        remote = null;
        CheckList fresh = new CheckList(controlling);
        for (Candidate candidate : checkList.locals()) {
            if (candidate.type() != CandidateType.PEER_REFLEXIVE) {
                fresh.addLocal(candidate);
            }
        }
        checkList = fresh;
        inFlight.dropOrdinary();
        nominating = null;
        firstValidAt = Deadline.NONE;
        checkingSince = Deadline.NONE;
        nextCheckAt = Deadline.NONE;
        if (selected == null) {
            become(IceState.NEW);
        } else if (state != IceState.CONNECTED) {
            become(IceState.CHECKING);
        }
    }

    /**
     * Takes a STUN message that arrived at one of our bases.
     *
     * @return what became of it; only after {@link IceReason#CHECK_ANSWERED} or {@link IceReason#RESPONSE_ACCEPTED} is the address
     *         authenticated
     */
    public IceReason onPacket(StunMessage message, TransportAddress at, TransportAddress from, long nowNanos) {
        IceReason reason;
        if (message.method() != StunType.BINDING) {
            reason = IceReason.NOT_BINDING;
        } else {
            reason = switch (message.messageClass()) {
                case StunType.REQUEST -> receiver.onRequest(message, at, from, nowNanos);
                case StunType.INDICATION -> IceReason.INDICATION;
                default -> onResponse(message, at, from, nowNanos);
            };
        }
        counters.count(reason);
        return reason;
    }

    private IceReason onResponse(StunMessage message, TransportAddress at, TransportAddress from, long nowNanos) {
        Check check = inFlight.take(message.transactionHigh(), message.transactionLow());
        if (check == null) {
            return IceReason.UNKNOWN_TRANSACTION;
        }
        if (!messages.verify(message, check.remote.key())) {
            inFlight.add(check);
            return message.hasIntegrity() ? IceReason.WRONG_INTEGRITY : IceReason.NO_INTEGRITY;
        }
        if (!check.pair.remote().address().equals(from) || !check.pair.local().base().equals(at)) {
            fail(check, nowNanos);
            return IceReason.NOT_SYMMETRIC;
        }
        if (message.messageClass() == StunType.ERROR) {
            onError(message.errorCode(), check, nowNanos);
            return IceReason.ERROR_RESPONSE;
        }
        TransportAddress mapped = message.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS);
        succeed(check, mapped == null ? at : mapped, nowNanos);
        return IceReason.RESPONSE_ACCEPTED;
    }

    private void onError(int code, Check check, long nowNanos) {
        if (code != RoleConflict.CODE) {
            fail(check, nowNanos);
            return;
        }
        // 7.2.5.1: give way only if the role has not changed since the check was sent, then check the pair again.
        if (check.controlling == controlling) {
            switchRole(!controlling);
            tieBreaker = random.nextLong();
        }
        checkList.trigger(check.pair);
        wake(nowNanos);
    }

    void switchRole(boolean nowControlling) {
        controlling = nowControlling;
        nominating = null;
        checkList.pairs().forEach(pair -> pair.nominateOnSuccess = false);
        checkList.controlling(nowControlling);
        counters.count(IceReason.ROLE_SWITCHED);
    }

    private void succeed(Check check, TransportAddress mapped, long nowNanos) {
        CandidatePair pair = check.pair;
        if (check.consent) {
            if (pair == selected) {
                consent.confirm(nowNanos);
                inFlight.dropConsent();
                if (state == IceState.DISCONNECTED) {
                    become(IceState.CONNECTED);
                }
            }
            return;
        }
        checkList.discoverLocal(pair.local(), mapped);
        pair.state(State.SUCCEEDED);
        pair.valid = true;
        checkList.unfreeze(pair.foundation());
        wake(nowNanos);
        if (firstValidAt == Deadline.NONE) {
            firstValidAt = nowNanos;
        }
        if (check.nominating || pair.nominateOnSuccess) {
            nominate(pair, nowNanos);
        }
    }

    private void fail(Check check, long nowNanos) {
        if (!check.consent && !check.cancelled) {
            fail(check.pair, nowNanos);
        }
    }

    private void fail(CandidatePair pair, long nowNanos) {
        pair.state(State.FAILED);
        if (pair == nominating) {
            nominating = null;
            pair.valid = false;
        }
        wake(nowNanos);
    }

    /** The network says that the peer cannot be reached there: the pair fails at once. For the selected pair consent decides. */
    public void onUnreachable(TransportAddress base, TransportAddress peer, long nowNanos) {
        CandidatePair pair = checkList.find(base, peer);
        if (pair != null && pair != selected && pair.state() == State.IN_PROGRESS) {
            counters.count(IceReason.UNREACHABLE);
            inFlight.drop(pair);
            fail(pair, nowNanos);
        }
    }

    /** Takes candidates of ours away whose base is gone: an interface, or an allocation. */
    public void removeBase(TransportAddress base, long nowNanos) {
        for (CandidatePair gone : checkList.removeBase(base)) {
            inFlight.drop(gone);
            fail(gone, nowNanos);
        }
        CandidatePair current = selected;
        if (current != null && current.local().base().equals(base)) {
            loseSelected();
        }
    }

    /** Returns whether the peer has proved that it is there: it checked that pair, or answered our check of it. */
    public boolean isProven(TransportAddress base, TransportAddress peer) {
        CandidatePair current = selected;
        CandidatePair pair = current != null && current.joins(base, peer) ? current : checkList.find(base, peer);
        return pair != null && (pair == current || pair.heard || pair.valid);
    }

    /**
     * Called for a nominated pair that is known to work. The controlled side follows the latest nomination of the best pair: browsers nominate
     * several, best last, and nominate anew when the selected one stops answering.
     */
    void nominate(CandidatePair pair, long nowNanos) {
        pair.nominate();
        CandidatePair current = selected;
        boolean sameGeneration = current != null && checkList.pairs().contains(current);
        boolean better = current == null || !sameGeneration || state != IceState.CONNECTED
                || checkList.priority(pair) >= checkList.priority(current);
        if (pair == current || !better) {
            return;
        }
        selected = pair;
        previousLocal = null;
        IceCredentials peer = remote;
        selectedGeneration = peer == null ? null : new Generation(local, peer);
        inFlight.dropConsent();
        consent.start(nowNanos);
        events.add(new IceEvent.PairSelected(pair));
        become(IceState.CONNECTED);
    }

    /** Expires what is due: checks to send or resend, nomination, consent. */
    public void onTimeout(long nowNanos) {
        for (Check silent : sender.resend(nowNanos)) {
            counters.count(IceReason.CHECK_TIMED_OUT);
            fail(silent, nowNanos);
        }
        if (controlling) {
            nominateIfReady(nowNanos);
        }
        if (Deadline.due(nextCheckAt, nowNanos)) {
            nextCheckAt = Deadline.NONE;
            startNextCheck(nowNanos);
        }
        if (consent.checkDue(nowNanos)) {
            consent.scheduleNext(nowNanos);
            askConsent(nowNanos);
        }
        if (consent.expired(nowNanos)) {
            loseSelected();
        } else if (state == IceState.CONNECTED && consent.silent(nowNanos)) {
            become(IceState.DISCONNECTED);
        }
        if (state == IceState.CHECKING && Deadline.due(failureDeadline(), nowNanos)) {
            become(IceState.FAILED);
        }
    }

    private void startNextCheck(long nowNanos) {
        IceCredentials peer = remote;
        CandidatePair pair = peer == null ? null : checkList.next();
        if (pair != null && peer != null) {
            boolean nominate = controlling && pair == nominating;
            boolean wasValid = pair.valid;
            pair.state(wasValid ? State.SUCCEEDED : State.IN_PROGRESS);
            sender.send(pair, new Generation(local, peer), new CheckSender.Manner(controlling, tieBreaker, nominate, false), nowNanos);
            nextCheckAt = nowNanos + PACING;
        }
    }

    private void nominateIfReady(long nowNanos) {
        CandidatePair best = checkList.bestValid();
        boolean done = selected != null && checkList.pairs().contains(selected);
        if (best == null || nominating != null || done || firstValidAt == Deadline.NONE) {
            return;
        }
        if (!checkList.betterPending(best) || Deadline.due(firstValidAt + NOMINATION_PATIENCE, nowNanos)) {
            nominating = best;
            trigger(best, nowNanos);
        }
    }

    private void askConsent(long nowNanos) {
        CandidatePair pair = selected;
        Generation with = selectedGeneration;
        if (pair != null && with != null) {
            sender.send(pair, with, new CheckSender.Manner(controlling, tieBreaker, false, true), nowNanos);
        }
    }

    /** Consent is gone: nothing is sent on the pair until a new check of it succeeds (RFC 7675, section 5.1). */
    private void loseSelected() {
        counters.count(IceReason.CONSENT_LOST);
        consent.stop();
        inFlight.dropConsent();
        CandidatePair lost = selected;
        boolean restarting = remote != null && lost != null && !checkList.pairs().contains(lost);
        if (lost != null) {
            lost.valid = false;
            lost.state(State.FAILED);
        }
        selected = null;
        selectedGeneration = null;
        become(restarting ? IceState.CHECKING : IceState.FAILED);
    }

    /** Checks a pair out of turn because the peer checked it; a check of it that is under way gives way. */
    void trigger(CandidatePair pair, long nowNanos) {
        inFlight.cancel(pair);
        checkList.trigger(pair);
        wake(nowNanos);
    }

    void wake(long nowNanos) {
        if (nextCheckAt == Deadline.NONE && remote != null) {
            nextCheckAt = nowNanos;
        }
    }

    private long failureDeadline() {
        return checkingSince == Deadline.NONE || !checkList.exhausted() || checkList.bestValid() != null
                ? Deadline.NONE
                : checkingSince + FAILURE_PATIENCE;
    }

    /** Returns when {@link #onTimeout} is to be called next. */
    public long nextDeadline() {
        long nearest = consent.nextDeadline(state != IceState.CONNECTED);
        nearest = Deadline.nearer(nearest, inFlight.nextDeadline());
        if (nextCheckAt != Deadline.NONE && checkList.hasWork()) {
            nearest = Deadline.nearer(nearest, nextCheckAt);
        }
        if (controlling && nominating == null && checkList.bestValid() != null
                && (selected == null || !checkList.pairs().contains(selected))) {
            nearest = Deadline.nearer(nearest, firstValidAt + NOMINATION_PATIENCE);
        }
        return state == IceState.CHECKING ? Deadline.nearer(nearest, failureDeadline()) : nearest;
    }

    private void become(IceState newState) {
        if (state != newState) {
            state = newState;
            events.add(new IceEvent.StateChanged(newState));
        }
    }

    void transmit(IceTransmit transmit) {
        sender.transmit(transmit);
    }

    /** Takes the next message to send, or null. */
    public @Nullable IceTransmit pollTransmit() {
        return sender.poll();
    }

    /** Takes the next event, or null. */
    public @Nullable IceEvent pollEvent() {
        return events.poll();
    }

    /** Returns the state. */
    public IceState state() {
        return state;
    }

    /** Returns the pair that carries media, or null. */
    public @Nullable CandidatePair selectedPair() {
        return selected;
    }

    /** Returns whether this side nominates. */
    public boolean isControlling() {
        return controlling;
    }

    /** Returns our credentials of this generation. */
    public IceCredentials localCredentials() {
        return local;
    }

    /** Returns our username fragments that peers may still use: this generation's, and that of a pair that carries media through a restart. */
    public List<String> liveUfrags() {
        IceCredentials previous = previousLocal;
        return previous == null ? List.of(local.ufrag()) : List.of(local.ufrag(), previous.ufrag());
    }

    /** Returns the peer's username fragment of this generation, or an empty text before it is known. */
    public String remoteUfrag() {
        IceCredentials peer = remote;
        return peer == null ? "" : peer.ufrag();
    }

    /** Returns our candidates, peer-reflexive ones included. */
    public List<Candidate> localCandidates() {
        return List.copyOf(checkList.locals());
    }

    /** Returns the pairs of this generation, best first. */
    public List<CandidatePair> pairs() {
        return List.copyOf(checkList.pairs());
    }

    @Nullable
    IceCredentials previousLocal() {
        return previousLocal;
    }

    CheckList checkList() {
        return checkList;
    }

    long tieBreaker() {
        return tieBreaker;
    }

    void heardFrom() {
        heard = true;
    }

    /** Returns whether an authentic check of the peer has arrived in any generation. */
    public boolean heard() {
        return heard;
    }

    Counters<IceReason> counters() {
        return counters;
    }
}
