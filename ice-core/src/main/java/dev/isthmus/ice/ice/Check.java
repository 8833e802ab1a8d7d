package dev.isthmus.ice.ice;

import dev.isthmus.ice.stun.Retransmission;
import dev.isthmus.ice.stun.Retransmission.Schedule;

/** One Binding request of ours that waits for its answer (RFC 8489, section 6.2.1). */
final class Check {
    final CandidatePair pair;
    final int transactionHigh;
    final long transactionLow;
    final boolean controlling;
    final boolean nominating;
    final boolean consent;
    final IceCredentials remote;
    final byte[] bytes;
    final long sentAt;
    private final Retransmission retransmission;
    /** Replaced by a triggered check (section 7.3.1.4): not sent again, its failure means nothing, its success still counts. */
    boolean cancelled;

    Check(CandidatePair pair, Request request, IceCredentials remote, long rtoNanos, long nowNanos) {
        this.pair = pair;
        this.transactionHigh = request.transactionHigh();
        this.transactionLow = request.transactionLow();
        this.controlling = request.controlling();
        this.nominating = request.nominating();
        this.consent = request.consent();
        this.bytes = request.bytes();
        this.remote = remote;
        this.sentAt = nowNanos;
        // A late answer still shows consent (RFC 7675), so that a consent check lives as long as consent itself.
        this.retransmission = consent
                ? Retransmission.once(Consent.EXPIRY, nowNanos)
                : pair.local().transport().isTcp()
                        ? Retransmission.reliable(nowNanos)
                        : Retransmission.of(Schedule.STANDARD, rtoNanos, nowNanos);
    }

    /** What a check sends. A consent check (RFC 7675) is sent once and not repeated. */
    record Request(int transactionHigh, long transactionLow, boolean controlling, boolean nominating, boolean consent, byte[] bytes) {}

    /** Returns whether the request is to be sent again; if not, the check has failed. */
    boolean resend(long nowNanos) {
        return !cancelled && retransmission.again(nowNanos);
    }

    long deadline() {
        return retransmission.deadline();
    }
}
