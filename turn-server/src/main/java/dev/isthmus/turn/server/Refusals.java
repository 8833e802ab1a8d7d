package dev.isthmus.turn.server;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.turn.ErrorCode;

/** Refuses requests: counts why and writes the answer. */
record Refusals(Counters<TurnReason> counters, Reply reply) {
    /** Returns true, since an answer stands in the reply. */
    boolean refuse(TurnReason reason, ErrorCode code) {
        counters.count(reason);
        reply.error(code);
        reply.finish();
        return true;
    }
}
