package dev.isthmus.ice.ice;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;

/** A local and a remote candidate with the state of their check (RFC 8445, section 6.1.2). Changed only by the agent. */
public final class CandidatePair {
    /** The states of section 6.1.2.6. */
    public enum State {
        FROZEN,
        WAITING,
        IN_PROGRESS,
        SUCCEEDED,
        FAILED
    }

    private final Candidate local;
    private final Candidate remote;
    private State state = State.FROZEN;
    private boolean nominated;
    boolean nominateOnSuccess;
    boolean valid;
    boolean triggered;
    /** When the latest check of it was sent. */
    long askedAt = Deadline.NONE;
    /** It has been checked anew because a relay works already. */
    boolean askedAgain;
    private long roundTrip;
    private final int number;
    private final Traffic traffic = new Traffic();
    private long requestsSent;
    private long responsesReceived;
    private long totalRoundTrip;
    /** Not to be used in this generation. */
    boolean barred;
    /** The peer has checked it with valid integrity. */
    boolean heard;

    CandidatePair(int number, Candidate local, Candidate remote) {
        this.number = number;
        this.local = local;
        this.remote = remote;
    }

    /** Returns our candidate. */
    public Candidate local() {
        return local;
    }

    /** Returns the peer's candidate. */
    public Candidate remote() {
        return remote;
    }

    /** Returns the state of the check. */
    public State state() {
        return state;
    }

    /** Returns whether the pair was nominated and its check succeeded. */
    public boolean nominated() {
        return nominated;
    }

    /** Returns whether a relay is on the way. */
    public boolean isRelayed() {
        return local.type() == CandidateType.RELAYED || remote.type() == CandidateType.RELAYED;
    }

    /** Returns how long the latest answer to a check took, in nanoseconds; 0 before there was one. */
    public long roundTripNanos() {
        return roundTrip;
    }

    void answeredAfter(long nanos) {
        roundTrip = nanos;
        totalRoundTrip += nanos;
        responsesReceived++;
    }

    void asked(long nowNanos) {
        askedAt = nowNanos;
        requestsSent++;
    }

    /** Returns which one it is of all that its agent, those of other components and earlier generations have formed. */
    public int number() {
        return number;
    }

    /** Returns what went over it. */
    public Traffic traffic() {
        return traffic;
    }

    /** Returns how many checks of it were sent, those for consent included and repetitions not. */
    public long requestsSent() {
        return requestsSent;
    }

    /** Returns how many checks of it were answered. */
    public long responsesReceived() {
        return responsesReceived;
    }

    /** Returns how long all these answers took together, in nanoseconds. */
    public long totalRoundTripNanos() {
        return totalRoundTrip;
    }

    /** Returns whether it is not known yet whether the pair works. */
    boolean isPending() {
        return state != State.FAILED && state != State.SUCCEEDED;
    }

    void state(State newState) {
        state = newState;
    }

    void nominate() {
        nominated = true;
    }

    boolean joins(TransportAddress base, TransportAddress peer) {
        return local.base().equals(base) && remote.address().equals(peer);
    }

    String foundation() {
        return local.foundation() + ":" + remote.foundation();
    }

    /** Returns the pair priority (section 6.1.2.3): 2^32 MIN(G,D) + 2 MAX(G,D) + (G > D). */
    long priority(boolean controlling) {
        long g = controlling ? local.priority() : remote.priority();
        long d = controlling ? remote.priority() : local.priority();
        return (Math.min(g, d) << 32) + 2 * Math.max(g, d) + (g > d ? 1 : 0);
    }

    @Override
    public String toString() {
        return local.type().token() + " " + local.address() + " -> " + remote.type().token() + " " + remote.address();
    }
}
