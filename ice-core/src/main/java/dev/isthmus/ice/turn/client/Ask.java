package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.turn.TurnAttribute;
import org.jspecify.annotations.Nullable;

/**
 * What a request is for, whatever nonce it is sent with.
 *
 * @param kind what is asked
 * @param peer for whom, or null
 * @param repeated how often it was sent anew with another nonce
 */
record Ask(Kind kind, @Nullable TurnPeer peer, int repeated) {
    enum Kind {
        ALLOCATE(TurnAttribute.METHOD_ALLOCATE),
        REFRESH(TurnAttribute.METHOD_REFRESH),
        /** From another address than before (RFC 8016). */
        MOVE(TurnAttribute.METHOD_REFRESH),
        RELEASE(TurnAttribute.METHOD_REFRESH),
        PERMIT(TurnAttribute.METHOD_CREATE_PERMISSION),
        BIND(TurnAttribute.METHOD_CHANNEL_BIND);

        final int method;

        Kind(int method) {
            this.method = method;
        }
    }

    static Ask of(Kind kind) {
        return new Ask(kind, null, 0);
    }

    static Ask of(Kind kind, TurnPeer peer) {
        return new Ask(kind, peer, 0);
    }

    Ask again() {
        return new Ask(kind, peer, repeated + 1);
    }
}
