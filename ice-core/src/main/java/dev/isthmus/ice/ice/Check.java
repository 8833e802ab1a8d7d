package dev.isthmus.ice.ice;

/** One Binding request of ours that waits for its answer (RFC 8489, section 6.2.1). */
final class Check {
    /** Rc of RFC 8489: requests sent in all. */
    private static final int MAX_SENT = 7;
    /** Rm of RFC 8489: the wait after the last request, in RTOs. */
    private static final int LAST_WAIT = 16;

    final CandidatePair pair;
    final int transactionHigh;
    final long transactionLow;
    final boolean controlling;
    final boolean nominating;
    final boolean consent;
    final IceCredentials remote;
    final byte[] bytes;
    private final long rtoNanos;
    private long waitNanos;
    private int sent = 1;
    /** Replaced by a triggered check (section 7.3.1.4): not sent again, its failure means nothing, its success still counts. */
    boolean cancelled;
    long deadline;

    Check(CandidatePair pair, Request request, IceCredentials remote, long rtoNanos, long nowNanos) {
        this.pair = pair;
        this.transactionHigh = request.transactionHigh();
        this.transactionLow = request.transactionLow();
        this.controlling = request.controlling();
        this.nominating = request.nominating();
        this.consent = request.consent();
        this.bytes = request.bytes();
        this.remote = remote;
        this.rtoNanos = rtoNanos;
        this.waitNanos = rtoNanos;
        // A late answer still shows consent (RFC 7675), so that a consent check lives as long as consent itself.
        this.deadline = nowNanos + (consent ? Consent.EXPIRY : rtoNanos);
    }

    /** What a check sends. A consent check (RFC 7675) is sent once and not repeated. */
    record Request(int transactionHigh, long transactionLow, boolean controlling, boolean nominating, boolean consent, byte[] bytes) {}

    /** Returns whether the request is to be sent again; if not, the check has failed. */
    boolean resend(long nowNanos) {
        if (consent || cancelled || sent >= MAX_SENT) {
            return false;
        }
        sent++;
        waitNanos = sent == MAX_SENT ? rtoNanos * LAST_WAIT : waitNanos * 2;
        deadline = nowNanos + waitNanos;
        return true;
    }
}
