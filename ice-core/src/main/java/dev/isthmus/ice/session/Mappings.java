package dev.isthmus.ice.session;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IceSession.Setup;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.client.TurnClient;

/** The outside addresses of a session's bases: what STUN servers answer, and what is sent to keep them (RFC 8445, sections 5.1.1.2 and 11). */
final class Mappings {
    private final IceSession session;
    private final Setup setup;
    private final RandomSource random;
    private final Gathering gathering;

    Mappings(IceSession session, Setup setup, RandomSource random, Gathering gathering) {
        this.session = session;
        this.setup = setup;
        this.random = random;
        this.gathering = gathering;
    }

    StunQuery query(IceServer server, TransportAddress base) {
        return new StunQuery(server, base, setup.agent().transactionTag(), random.nextLong());
    }

    void start(StunQuery query, long nowNanos) {
        send(query, query.start(nowNanos));
    }

    void onAnswer(StunQuery query, StunMessage message, long nowNanos) {
        boolean before = query.settled();
        TransportAddress mapped = query.onAnswer(message, nowNanos);
        if (mapped != null && !mapped.equals(query.base)) { // without a NAT it is the host candidate once more
            session.add(Candidate.serverReflexive(mapped, query.base, query.server.address(), session.preferences().direct(query.base)),
                    true,
                    nowNanos);
        } else if (mapped == null && !before) {
            int code = message.errorCode();
            session.error(query.server, query.base, code == 0 ? TurnClient.UNREACHABLE : code, message.errorReason());
        }
    }

    void onTimeout(long nowNanos) {
        for (StunQuery query : gathering.queries()) {
            if (Deadline.due(query.deadline(), nowNanos)) {
                byte[] bytes = query.onTimeout(nowNanos);
                if (bytes == null) {
                    session.error(query.server, query.base, TurnClient.UNREACHABLE, "the server does not answer");
                } else {
                    send(query, bytes);
                }
            }
        }
    }

    private void send(StunQuery query, byte[] bytes) {
        session.send(new SessionTransmit(query.base, query.server.address(), RelayWay.NO_CONNECTION, bytes));
    }
}
