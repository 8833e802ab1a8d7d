package dev.isthmus.ice.ice;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;

/** What the answer to a check of ours does (RFC 8445, section 7.2.5). */
final class AnswerReceiver {
    private final IceAgent agent;
    private final InFlight inFlight;
    private final IceMessages messages;

    AnswerReceiver(IceAgent agent, InFlight inFlight, IceMessages messages) {
        this.agent = agent;
        this.inFlight = inFlight;
        this.messages = messages;
    }

    IceReason onResponse(StunMessage message, TransportAddress at, TransportAddress from, long nowNanos) {
        Check check = inFlight.take(message.transactionHigh(), message.transactionLow());
        if (check == null) {
            return IceReason.UNKNOWN_TRANSACTION;
        }
        if (!messages.verify(message, check.remote.key())) {
            inFlight.add(check);
            return message.hasIntegrity() ? IceReason.WRONG_INTEGRITY : IceReason.NO_INTEGRITY;
        }
        if (!check.pair.joins(at, from)) {
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
        if (check.controlling == agent.isControlling()) {
            agent.yieldRole(check.controlling);
        }
        agent.checkList().trigger(check.pair);
        agent.wake(nowNanos);
    }

    private void succeed(Check check, TransportAddress mapped, long nowNanos) {
        CandidatePair pair = check.pair;
        pair.answeredAfter(nowNanos - check.sentAt);
        if (check.consent) {
            agent.selection().confirm(pair, nowNanos);
        } else if (pair.barred) {
            agent.fail(pair, nowNanos);
        } else {
            agent.checkList().discoverLocal(pair.local(), mapped);
            agent.succeeded(pair, check.nominating, nowNanos);
        }
    }

    /** The check was refused or never answered. */
    void fail(Check check, long nowNanos) {
        if (!check.consent && !check.cancelled) {
            agent.fail(check.pair, nowNanos);
        }
    }
}
