package dev.isthmus.ice.ice;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.CandidatePair.State;
import dev.isthmus.ice.ice.CheckSender.Generation;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A full ICE agent (RFC 8445) for one data stream: a state machine without sockets, clock or threads.
 *
 * <p>The owner hands it candidates, credentials and every STUN packet of its sockets, calls {@link #onTimeout} when {@link #nextDeadline} has
 * come, and after each of these calls drains {@link #pollTransmit} and {@link #pollEvent}. Candidates are gathered by the owner.
 */
public final class IceAgent {
    /**
     * How an agent begins.
     *
     * @param controlling the role of the offerer, or of the full agent against a lite one
     * @param tieBreaker 64 random bits that decide role conflicts
     * @param transactionTag the first 32 bits of every transaction id, so that the owner finds the agent to which an answer belongs
     * @param local the first generation's credentials
     * @param lite whether it only answers checks (RFC 8445, section 2.5): for hosts with public addresses, and never controlling a full peer
     */
    public record Setup(boolean controlling, long tieBreaker, int transactionTag, IceCredentials local, boolean lite) {
        /** Creates the beginning of a full agent. */
        public Setup(boolean controlling, long tieBreaker, int transactionTag, IceCredentials local) {
            this(controlling, tieBreaker, transactionTag, local, false);
        }
    }

    private final Setup setup;
    private final AgentGroup group;
    private final RandomSource random;
    private final Counters<IceReason> counters;
    private final IceMessages messages;
    private final CheckReceiver receiver;
    private final AnswerReceiver answers;
    private final Selection selection;
    private final Nomination nomination = new Nomination(this);
    private final Deque<IceEvent> events = new ArrayDeque<>();
    private final CheckSender sender;
    private final InFlight inFlight;
    private CheckList checkList;
    private final Keys keys;
    private IceState state = IceState.NEW;
    private boolean remoteLite;
    private final Patience patience = new Patience();
    private final Obstacles obstacles;
    private boolean heard;
    private long nextCheckAt = Deadline.NONE;

    /** Creates an agent; its counters belong to the loop on which it lives. */
    public IceAgent(Setup setup, RandomSource random, Counters<IceReason> counters) {
        this(setup, random, counters, new IceMessages());
    }

    /** Creates an agent among others of its loop, which share what builds their messages. */
    public IceAgent(Setup setup, RandomSource random, Counters<IceReason> counters, IceMessages messages) {
        this(setup, new AgentGroup(setup.controlling() && !setup.lite(), setup.tieBreaker()), random, counters, messages);
    }

    private IceAgent(Setup setup, AgentGroup group, RandomSource random, Counters<IceReason> counters, IceMessages messages) {
        this.setup = setup;
        this.messages = messages;
        this.group = group;
        this.random = random;
        this.counters = counters;
        this.keys = new Keys(setup.local());
        this.checkList = new CheckList(group);
        this.receiver = new CheckReceiver(this, messages);
        this.sender = new CheckSender(setup.transactionTag(), random, messages);
        this.inFlight = sender.inFlight();
        this.selection = new Selection(this, sender, random);
        this.obstacles = new Obstacles(this, inFlight);
        this.answers = new AnswerReceiver(this, inFlight, messages);
        group.add(this);
    }

    /** Returns an agent for another component of the same stream: it has the role and the credentials of this one, and they share the pace. */
    public IceAgent sibling() {
        return new IceAgent(setup, group, random, counters, messages);
    }

    /** The peer only answers checks (RFC 8445, section 6.1.1): we control, or, if we are lite too, nobody checks anything. */
    public void setRemoteLite(long nowNanos) {
        remoteLite = true;
        if (!setup.lite()) {
            group.become(true);
        }
        begin(nowNanos);
    }

    /** The component ends; those of the same stream do not wait for its checks any more. */
    public void close(long nowNanos) {
        group.remove(this, nowNanos);
    }

    /** Sets the role before there are checks: that of an agent that was made before anybody knew. */
    public void setControlling(boolean controlling) {
        group.become(controlling && !setup.lite());
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
        keys.remote(credentials);
        begin(nowNanos);
    }

    /** Adds a candidate that the peer signalled. */
    public void addRemoteCandidate(Candidate candidate, long nowNanos) {
        if (!checkList.addRemote(candidate)) {
            counters.count(IceReason.TOO_MANY_CANDIDATES);
        } else {
            patience.onCandidate(nowNanos);
        }
        begin(nowNanos);
    }

    /** Says whether the peer has told all its candidates of this generation (RFC 8838, section 8.2). */
    public void setRemoteEnded(boolean ended, long nowNanos) {
        patience.remoteEnded(ended);
        begin(nowNanos);
    }

    /** Says whether we have told the peer all our candidates. */
    public void setLocalEnded(boolean ended) {
        patience.localEnded(ended);
    }

    /** Sets the least time between two checks that the peer asked for (RFC 8839, section 5.5), in nanoseconds; ours is never less than 20 ms. */
    public void setRemotePacing(long nanos) {
        group.slowDown(nanos);
    }

    void begin(long nowNanos) {
        if (keys.hasRemote() && patience.remoteEnded()) {
            patience.begin(nowNanos); // none may have come for this component
            become(state == IceState.NEW ? IceState.CHECKING : state);
        }
        if (keys.hasRemote() && checkList.hasRemotes()) {
            patience.begin(nowNanos);
            if (state == IceState.NEW) {
                become(IceState.CHECKING);
            }
            if (setup.lite() && remoteLite) {
                selection.takeUnchecked(nowNanos);
            } else {
                wake(nowNanos);
            }
        }
    }

    /**
     * Begins a new generation (RFC 8445, section 9): new credentials, new check list. The selected pair goes on carrying media until a pair of
     * the new generation is selected, and checks of the old generation are still answered until then.
     */
    public void restart(IceCredentials newLocal) {
        keys.restart(newLocal, selection.generation());
        selection.former().remember(checkList);
        CheckList fresh = new CheckList(group);
        for (Candidate candidate : checkList.locals()) {
            if (candidate.type() != CandidateType.PEER_REFLEXIVE) {
                fresh.addLocal(candidate);
            }
        }
        checkList = fresh;
        inFlight.dropOrdinary();
        nomination.restart();
        patience.restart();
        selection.stopProbing();
        obstacles.restart();
        nextCheckAt = Deadline.NONE;
        if (selection.pair() == null) {
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
                default -> answers.onResponse(message, at, from, nowNanos);
            };
        }
        counters.count(reason);
        return reason;
    }

    /** A check of the pair was answered: it works, and so may what shares its foundation. */
    void succeeded(CandidatePair pair, boolean nominates, long nowNanos) {
        pair.state(State.SUCCEEDED);
        pair.valid = true;
        group.unfreeze(pair.foundation(), nowNanos);
        onWorking(pair);
        wake(nowNanos);
        nomination.onValid(nowNanos);
        if (nominates || pair.nominateOnSuccess) {
            selection.nominated(pair, nowNanos);
        } else if (pair.heard) {
            selection.heardElsewhere(pair, nowNanos);
        }
    }

    /** The peer is heard by that pair, or answers. */
    void onWorking(CandidatePair pair) {
        if (pair.isRelayed()) {
            checkList.repeatDirect();
        }
    }

    /** Section 7.2.5.1: the peer keeps the role that we claimed. */
    void yieldRole(boolean claimed) {
        switchRole(!claimed);
        group.tieBreaker(random.nextLong());
    }

    void switchRole(boolean nowControlling) {
        group.become(nowControlling);
        counters.count(IceReason.ROLE_SWITCHED);
    }

    void onRole() {
        nomination.stop();
        checkList.pairs().forEach(pair -> pair.nominateOnSuccess = false);
        checkList.sort();
    }

    void fail(CandidatePair pair, long nowNanos) {
        pair.state(State.FAILED);
        nomination.onFailed(pair);
        if (pair != selection.pair()) {
            pair.valid = false;
        }
        group.wake(nowNanos);
    }

    /** The network says that the peer cannot be reached there: the pair fails at once. For the selected pair consent decides. */
    public void onUnreachable(TransportAddress base, TransportAddress peer, long nowNanos) {
        obstacles.onUnreachable(base, peer, nowNanos);
    }

    /** The connection by which a pair goes has ended (RFC 6544, section 8): the pair works no more. */
    public void onDisconnected(TransportAddress base, TransportAddress peer, long nowNanos) {
        obstacles.onDisconnected(base, peer, nowNanos);
    }

    /** Takes candidates of ours away whose base is gone: an interface, or an allocation. */
    public void removeBase(TransportAddress base, long nowNanos) {
        obstacles.onBaseGone(base, nowNanos);
    }

    /** Another session of the owner's uses that way already (DESIGN: the newer pair fails); it is not tried again in this generation. */
    public void onAddressInUse(TransportAddress base, TransportAddress peer, long nowNanos) {
        obstacles.onAddressInUse(base, peer, nowNanos);
    }

    /** Counts data that has come; returns whether the peer has checked that pair, or answered our check of it, in whatever generation. */
    public boolean admits(TransportAddress base, TransportAddress peer, int length) {
        return selection.admits(base, peer, length);
    }

    void selected(CandidatePair pair) {
        keys.forgetPrevious();
        events.add(new IceEvent.PairSelected(pair));
        become(IceState.CONNECTED);
    }

    /** Returns whether this agent says which pair is taken. */
    boolean nominates() {
        return isControlling() && !setup.lite();
    }

    Nomination nomination() {
        return nomination;
    }

    /** Between two lite agents there are no checks that could show consent (RFC 7675, section 4). */
    boolean hasConsent() {
        return !(setup.lite() && remoteLite);
    }

    void recovered() {
        if (state == IceState.DISCONNECTED) {
            become(IceState.CONNECTED);
        }
    }

    void silent() {
        if (state == IceState.CONNECTED) {
            become(IceState.DISCONNECTED);
        }
    }

    /** The selected pair is gone: with another one that works or may yet, the agent goes on, and lets the peer hear of it there. */
    void lost(boolean wasPresent, long nowNanos) {
        nomination.restart();
        boolean hope = !setup.lite() && (!wasPresent && keys.hasRemote() || !checkList.exhausted());
        become(hope ? IceState.CHECKING : IceState.FAILED);
    }

    /** Expires what is due: checks to send or resend, nomination, consent. */
    public void onTimeout(long nowNanos) {
        for (Check silent : sender.resend(nowNanos)) {
            counters.count(IceReason.CHECK_TIMED_OUT);
            answers.fail(silent, nowNanos);
        }
        selection.onTimeout(nowNanos);
        obstacles.onTimeout(nowNanos);
        nomination.onTimeout(nowNanos);
        if (Deadline.due(nextCheckAt, nowNanos)) {
            long planned = nextCheckAt;
            nextCheckAt = group.slot(nowNanos);
            if (nextCheckAt <= nowNanos) {
                nextCheckAt = Deadline.NONE;
                startNextCheck(planned, nowNanos);
            }
        }
        if (state == IceState.CHECKING && Deadline.due(failureDeadline(), nowNanos)) {
            become(IceState.FAILED);
        }
    }

    private void startNextCheck(long planned, long nowNanos) {
        Generation with = keys.generation();
        CandidatePair pair = with == null || setup.lite() ? null : checkList.next();
        if (pair != null && with != null) {
            pair.state(pair.valid ? State.SUCCEEDED : State.IN_PROGRESS);
            inFlight.cancel(pair);
            sender.send(pair, with, manner(nomination.is(pair), false), nowNanos);
            group.takeSlot(planned, nowNanos);
            nextCheckAt = group.slot(nowNanos);
        }
    }

    CheckSender.Manner manner(boolean nominates, boolean forConsent) {
        return new CheckSender.Manner(isControlling(), group.tieBreaker(), nominates, forConsent, group.pacing());
    }

    /** Checks a pair out of turn because the peer checked it; a check of it that is under way gives way. */
    void trigger(CandidatePair pair, long nowNanos) {
        if (!pair.barred) {
            inFlight.cancel(pair);
            checkList.trigger(pair);
            wake(nowNanos);
        }
    }

    void wake(long nowNanos) {
        if (nextCheckAt == Deadline.NONE && keys.hasRemote() && !setup.lite()) {
            nextCheckAt = group.slot(nowNanos);
        }
    }

    private long failureDeadline() {
        return !(setup.lite() || checkList.exhausted()) || checkList.bestValid() != null ? Deadline.NONE : patience.deadline();
    }

    /** Returns when {@link #onTimeout} is to be called next. */
    public long nextDeadline() {
        long nearest = selection.nextDeadline();
        nearest = Deadline.nearer(nearest, inFlight.nextDeadline());
        if (nextCheckAt != Deadline.NONE && checkList.hasWork()) {
            nearest = Deadline.nearer(nearest, nextCheckAt);
        }
        nearest = Deadline.nearer(Deadline.nearer(nearest, nomination.nextDeadline()), obstacles.nextDeadline());
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
        return selection.pair();
    }

    /** Returns whether this side nominates. */
    public boolean isControlling() {
        return group.controlling();
    }

    /** Returns whether this agent only answers checks. */
    public boolean isLite() {
        return setup.lite();
    }

    /** Returns our credentials of this generation. */
    public IceCredentials localCredentials() {
        return keys.local();
    }

    /** Returns our username fragments that peers may still use: this generation's, and that of a pair that carries media through a restart. */
    public List<String> liveUfrags() {
        return keys.liveUfrags();
    }

    /** Returns the peer's username fragment of this generation, or an empty text before it is known. */
    public String remoteUfrag() {
        return keys.remoteUfrag();
    }

    /** Returns our candidates, peer-reflexive ones included. */
    public List<Candidate> localCandidates() {
        return List.copyOf(checkList.locals());
    }

    /** Returns the pairs of this generation, best first. */
    public List<CandidatePair> pairs() {
        return List.copyOf(checkList.pairs());
    }

    Keys keys() {
        return keys;
    }

    CheckList checkList() {
        return checkList;
    }

    Patience patience() {
        return patience;
    }

    /** Returns Ta. */
    long pacing() {
        return group.pacing();
    }

    long tieBreaker() {
        return group.tieBreaker();
    }

    Selection selection() {
        return selection;
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
