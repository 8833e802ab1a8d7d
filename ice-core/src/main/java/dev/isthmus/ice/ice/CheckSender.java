package dev.isthmus.ice.ice;

import dev.isthmus.ice.time.RandomSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The asking half of an agent: Binding requests and their repetitions (RFC 8445, section 7.2.4). */
final class CheckSender {
    private static final long MIN_RTO = TimeUnit.MILLISECONDS.toNanos(500);

    /** The credentials of both sides. */
    record Generation(IceCredentials local, IceCredentials remote) {}

    /** What is said with a check, beside whose it is. */
    record Manner(boolean controlling, long tieBreaker, boolean nominates, boolean forConsent, long pacing) {}

    private final int transactionTag;
    private final RandomSource random;
    private final IceMessages messages;
    private final InFlight inFlight = new InFlight();
    private final Deque<IceTransmit> transmits = new ArrayDeque<>();

    CheckSender(int transactionTag, RandomSource random, IceMessages messages) {
        this.transactionTag = transactionTag;
        this.random = random;
        this.messages = messages;
    }

    InFlight inFlight() {
        return inFlight;
    }

    void send(CandidatePair pair, Generation with, Manner manner, long nowNanos) {
        long low = random.nextLong();
        String username = with.remote().ufrag() + ":" + with.local().ufrag();
        byte[] bytes = messages.request(transactionTag, low, username, with.remote().key(),
                new IceMessages.Sender(manner.controlling(), manner.tieBreaker(), pair.local().reflexivePriority(), manner.nominates()));
        Check.Request request = new Check.Request(transactionTag, low, manner.controlling(), manner.nominates(), manner.forConsent(),
                bytes);
        long rto = Math.max(MIN_RTO, manner.pacing() * inFlight.size());
        pair.asked(nowNanos);
        inFlight.add(new Check(pair, request, with.remote(), rto, nowNanos));
        transmit(new IceTransmit(pair.local().base(), pair.remote().address(), bytes));
    }

    /** Sends again what is due, and returns what will not be answered any more. */
    List<Check> resend(long nowNanos) {
        List<Check> silent = new ArrayList<>();
        for (Check check = inFlight.due(nowNanos); check != null; check = inFlight.due(nowNanos)) {
            if (check.resend(nowNanos)) {
                transmit(new IceTransmit(check.pair.local().base(), check.pair.remote().address(), check.bytes));
            } else {
                inFlight.remove(check);
                silent.add(check);
            }
        }
        return silent;
    }

    void transmit(IceTransmit transmit) {
        transmits.add(transmit);
    }

    @Nullable
    IceTransmit poll() {
        return transmits.poll();
    }
}
