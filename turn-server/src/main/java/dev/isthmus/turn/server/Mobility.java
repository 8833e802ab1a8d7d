package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.Tickets;
import org.jspecify.annotations.Nullable;

/** Allocations whose client may come back from another address (RFC 8016). */
final class Mobility {
    private final boolean allowed;
    private final Tickets tickets;
    private final int loop;
    private final RandomSource random;

    Mobility(TurnServer.Parts parts) {
        this.allowed = parts.config().features().mobility();
        this.tickets = parts.tables().tickets();
        this.loop = parts.loop();
        this.random = parts.random();
    }

    /** Whether allocations may be mobile at all. */
    boolean allowed() {
        return allowed;
    }

    /** Returns the allocation that a Refresh request speaks of by its ticket, on whichever loop, or null. */
    Tickets.@Nullable Holder holder(StunMessage refresh) {
        return allowed && refresh.hasLong(TurnAttribute.MOBILITY_TICKET)
                ? tickets.find(refresh.longValue(TurnAttribute.MOBILITY_TICKET))
                : null;
    }

    /** Whether that holder's allocation is this loop's. */
    boolean isHere(Tickets.Holder holder) {
        return holder.loop() == loop;
    }

    /** Makes an allocation mobile, or gives it a new ticket. */
    void renew(Allocation allocation) {
        tickets.renew(allocation, loop, random);
    }

    /** Writes the ticket into an answer when the allocation has one. */
    static void write(StunWriter writer, Allocation allocation) {
        Allocation sibling = allocation.sibling();
        Allocation holder = allocation.mobile() || sibling == null ? allocation : sibling;
        if (holder.mobile()) {
            writer.int64(TurnAttribute.MOBILITY_TICKET, holder.extras().ticket());
        }
    }

    /** Ends the tickets of an allocation that ends; the other half of a dual one keeps them. */
    void release(Allocation allocation, @Nullable Allocation sibling) {
        if (!allocation.mobile()) {
            return;
        }
        if (sibling == null) {
            tickets.end(allocation);
        } else {
            tickets.pass(allocation, sibling);
        }
    }

    /** Moves an allocation, both halves of a dual one, to the five-tuple that its client has come to. */
    void move(Allocation allocation, AddressKey to) {
        allocation.move(to);
        Allocation sibling = allocation.sibling();
        if (sibling != null) {
            sibling.move(to);
        }
        renew(allocation.mobile() || sibling == null ? allocation : sibling);
    }
}
