package dev.isthmus.ice.ice;

import dev.isthmus.ice.ice.CandidatePair.State;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import org.jspecify.annotations.Nullable;

/** The answering half of an agent: what a peer's Binding request does (RFC 8445, section 7.3). */
final class CheckReceiver {
    private static final int[] NONE = {};
    private static final int MAX_PEER_REFLEXIVE = 16;
    private final IceAgent agent;
    private final IceMessages messages;

    CheckReceiver(IceAgent agent, IceMessages messages) {
        this.agent = agent;
        this.messages = messages;
    }

    IceReason onRequest(StunMessage request, TransportAddress at, TransportAddress from, long nowNanos) {
        String username = request.text(StunAttribute.USERNAME);
        IceCredentials own = username == null ? null : agent.keys().named(username);
        if (own == null) {
            return IceReason.WRONG_USERNAME;
        }
        if (!request.hasIntegrity()) {
            return IceReason.NO_INTEGRITY;
        }
        byte[] key = own.key();
        if (!messages.verify(request, key)) {
            return IceReason.WRONG_INTEGRITY;
        }
        agent.heardFrom();
        int[] unknown = request.unknownRequired(CheckReceiver::known);
        if (unknown.length > 0) {
            answer(at, from, messages.error(request, 420, "Unknown Attribute", unknown, key));
            return IceReason.UNKNOWN_ATTRIBUTE;
        }
        if (own != agent.localCredentials()) {
            // The old generation, kept alive during a restart: answered, without effect on the new check list, but what follows is the peer's.
            agent.selection().former().remember(at, from);
            CandidatePair carrying = agent.selection().pair();
            if (agent.isLite() && carrying != null && carrying.joins(at, from)) {
                agent.selection().confirm(carrying, nowNanos);
            }
            answer(at, from, messages.success(request, from, key));
            return IceReason.CHECK_ANSWERED;
        }
        return onAuthenticated(request, at, from, key, nowNanos);
    }

    private IceReason onAuthenticated(StunMessage request, TransportAddress at, TransportAddress from, byte[] key, long nowNanos) {
        long priority = request.unsignedInt(StunAttribute.PRIORITY, -1);
        boolean role = request.hasLong(StunAttribute.ICE_CONTROLLING) || request.hasLong(StunAttribute.ICE_CONTROLLED);
        if (priority < 0 || !role) {
            return IceReason.NO_ROLE;
        }
        CandidatePair known = agent.checkList().find(at, from);
        if (known != null && known.barred) {
            return IceReason.ADDRESS_IN_USE; // an answer would tell the peer that this way can be used
        }
        RoleConflict conflict = RoleConflict.of(request, agent.isControlling(), agent.tieBreaker());
        switch (conflict == RoleConflict.SWITCH && agent.isLite() ? RoleConflict.REFUSE : conflict) { // the full agent controls
            case REFUSE -> {
                answer(at, from, messages.error(request, RoleConflict.CODE, RoleConflict.PHRASE, NONE, key));
                return IceReason.ROLE_CONFLICT;
            }
            case SWITCH -> agent.switchRole(!agent.isControlling());
            case NONE -> {
                // the usual case
            }
        }
        answer(at, from, messages.success(request, from, key));
        CandidatePair pair = pair(at, from, priority);
        if (pair != null) {
            onCheckOf(pair, request.has(StunAttribute.USE_CANDIDATE), nowNanos);
        }
        return IceReason.CHECK_ANSWERED;
    }

    /** Finds the pair of the check; an unknown source becomes a peer-reflexive candidate (section 7.3.1.3), up to a limit. */
    private @Nullable CandidatePair pair(TransportAddress at, TransportAddress from, long priority) {
        CheckList list = agent.checkList();
        Candidate own = list.localWithBase(at);
        if (own == null) {
            return null;
        }
        if (list.remoteAt(from, own.component()) == null) {
            if (list.peerReflexiveRemotes() >= MAX_PEER_REFLEXIVE) {
                list.forgetPeerReflexive();
            }
            int peerReflexive = list.peerReflexiveRemotes();
            Candidate reflexive = new Candidate(CandidateType.PEER_REFLEXIVE, "prflx" + peerReflexive, own.component(),
                    Math.max(1, priority & Integer.MAX_VALUE), from, from, null, own.transport().counterpart());
            if (peerReflexive >= MAX_PEER_REFLEXIVE || !list.addRemote(reflexive)) {
                agent.counters().count(IceReason.TOO_MANY_CANDIDATES);
                return null;
            }
        }
        return list.heard(own, from);
    }

    /** Section 7.3.1.4 and 7.3.1.5: the triggered check and the nomination. */
    private void onCheckOf(CandidatePair pair, boolean useCandidate, long nowNanos) {
        agent.begin(nowNanos);
        pair.heard = true;
        if (pair.barred) {
            return;
        }
        boolean follows = useCandidate && !agent.isControlling();
        if (agent.isLite()) {
            onCheckOfLite(pair, follows, nowNanos);
            return;
        }
        if (pair.state() == State.SUCCEEDED) {
            if (follows) {
                agent.selection().nominated(pair, nowNanos);
            }
            agent.selection().heardElsewhere(pair, nowNanos);
            return;
        }
        pair.nominateOnSuccess |= follows;
        agent.onWorking(pair);
        agent.trigger(pair, nowNanos);
    }

    /** RFC 8445, section 7.3.2: whatever was checked works, and the peer says which pair it takes. Its checks are its consent. */
    private void onCheckOfLite(CandidatePair pair, boolean follows, long nowNanos) {
        pair.state(State.SUCCEEDED);
        pair.valid = true;
        if (follows) {
            agent.selection().nominated(pair, nowNanos);
        }
        agent.selection().confirm(pair, nowNanos);
        agent.selection().heardElsewhere(pair, nowNanos);
    }

    private void answer(TransportAddress at, TransportAddress from, byte[] bytes) {
        agent.transmit(new IceTransmit(at, from, bytes));
    }

    private static boolean known(int type) {
        return switch (type) {
            case StunAttribute.USERNAME, StunAttribute.MESSAGE_INTEGRITY, StunAttribute.PRIORITY, StunAttribute.USE_CANDIDATE,
                    StunAttribute.MESSAGE_INTEGRITY_SHA256, StunAttribute.MAPPED_ADDRESS, StunAttribute.XOR_MAPPED_ADDRESS ->
                true;
            default -> false;
        };
    }
}
