package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Refresh requests (RFC 8656, section 8.2). */
final class RefreshHandler {
    private final TurnServer server;
    private final Refusals refusals;

    RefreshHandler(TurnServer server, Refusals refusals) {
        this.server = server;
        this.refusals = refusals;
    }

    boolean onRequest(StunMessage request, AddressKey client, Allocation allocation, long nowNanos, long wallMillis) {
        boolean moves = !allocation.client().equals(client);
        if (moves && allocation.tcp() && !client.isStream()) {
            return refusals.refuse(TurnReason.BAD_REQUEST, ErrorCode.BAD_REQUEST); // RFC 6062, section 4.1
        }
        if (!moves && request.has(TurnAttribute.MOBILITY_TICKET) && !mobile(allocation)) {
            return refusals.refuse(TurnReason.BAD_TICKET, ErrorCode.BAD_REQUEST);
        }
        Allocation one = allocation;
        Allocation other = allocation.sibling();
        int family = request.find(TurnAttribute.REQUESTED_ADDRESS_FAMILY);
        if (family >= 0) {
            Allocation meant = request.valueLength(family) == 4 ? ofFamily(allocation, request.buffer().get(family)) : null;
            if (meant == null) {
                return refusals.refuse(TurnReason.WRONG_FAMILY, ErrorCode.PEER_ADDRESS_FAMILY_MISMATCH);
            }
            one = meant;
            other = null;
        }
        long lifetime = Lifetimes.ends(request) ? 0 : Lifetimes.seconds(request, allocation.credential(), wallMillis);
        if (moves && lifetime > 0) {
            server.move(allocation, client.copy(), nowNanos);
        }
        set(one, lifetime, nowNanos);
        if (other != null) {
            set(other, lifetime, nowNanos);
        }
        StunWriter writer = refusals.reply().success().int32(TurnAttribute.LIFETIME, lifetime);
        if (request.has(TurnAttribute.MOBILITY_TICKET) && lifetime > 0) {
            Mobility.write(writer, allocation);
        }
        refusals.reply().finish();
        return true;
    }

    private static boolean mobile(Allocation allocation) {
        Allocation sibling = allocation.sibling();
        return allocation.mobile() || sibling != null && sibling.mobile();
    }

    private static @Nullable Allocation ofFamily(Allocation allocation, int family) {
        return switch (family) {
            case TurnAttribute.FAMILY_IPV4 -> allocation.ofFamily(true);
            case TurnAttribute.FAMILY_IPV6 -> allocation.ofFamily(false);
            default -> null;
        };
    }

    private void set(Allocation allocation, long lifetime, long nowNanos) {
        if (lifetime == 0) {
            server.release(allocation);
        } else {
            allocation.expires(nowNanos + TimeUnit.SECONDS.toNanos(lifetime));
            server.schedule(allocation);
        }
    }
}
