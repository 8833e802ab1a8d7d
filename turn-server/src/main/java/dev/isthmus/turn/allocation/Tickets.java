package dev.isthmus.turn.allocation;

import dev.isthmus.ice.time.RandomSource;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The allocations that may move to another five-tuple (RFC 8016), by their tickets: the client may come back on another loop. */
public final class Tickets {
    /**
     * Whose ticket it is.
     *
     * @param loop the index of the loop that has the allocation
     * @param allocation to be touched on that loop only
     */
    public record Holder(int loop, Allocation allocation) {}

    private final ConcurrentHashMap<Long, Holder> byTicket = new ConcurrentHashMap<>();

    /** Gives an allocation of that loop a new ticket, which nobody can guess; the one before stays good, older ones do not. */
    public void renew(Allocation allocation, int loop, RandomSource random) {
        Extras extras = allocation.extras();
        byTicket.remove(extras.previousTicket());
        long fresh = random.nextLong();
        while (hasZeroByte(fresh) || byTicket.putIfAbsent(fresh, new Holder(loop, allocation)) != null) {
            fresh = random.nextLong();
        }
        extras.ticket(fresh);
    }

    /** Some clients keep a ticket as a string, which ends there. */
    private static boolean hasZeroByte(long ticket) {
        return (ticket - 0x0101010101010101L & ~ticket & 0x8080808080808080L) != 0;
    }

    /** Returns whose ticket it is, or null. */
    public @Nullable Holder find(long ticket) {
        return byTicket.get(ticket);
    }

    /** Makes the tickets of an allocation void. */
    public void end(Allocation allocation) {
        byTicket.remove(allocation.extras().ticket());
        byTicket.remove(allocation.extras().previousTicket());
    }

    /** Gives the tickets of one half of a dual allocation, which ends, to the other. */
    public void pass(Allocation from, Allocation to) {
        for (long ticket : new long[]{from.extras().previousTicket(), from.extras().ticket()}) {
            Holder holder = byTicket.get(ticket);
            if (holder != null) {
                to.extras().ticket(ticket);
                byTicket.put(ticket, new Holder(holder.loop(), to));
            }
        }
    }
}
