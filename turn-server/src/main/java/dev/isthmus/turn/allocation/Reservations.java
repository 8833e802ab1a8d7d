package dev.isthmus.turn.allocation;

import dev.isthmus.turn.auth.AllocationQuota;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ports that are kept for a second allocation (EVEN-PORT with its R bit, RFC 8656, section 7.2), by token. Shared by all loops, since the
 * second request may come from another address. Each counts against its user's quota, and is given up when somebody asks after its time.
 */
public final class Reservations {
    /** Section 7.2 wants at least 30 seconds. */
    static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(30);

    /**
     * A port in reserve.
     *
     * @param pool where the port is from
     * @param port its number
     * @param socket what holds it
     * @param username against whose quota it counts
     * @param source against which source address' quota it counts
     * @param expires deadline in monotonic nanoseconds
     */
    public record Reservation(RelayPool pool, int port, RelaySockets.HeldSocket socket, String username, String source,
            long expires) {}

    private final Map<Long, Reservation> byToken = new LinkedHashMap<>(); // in the order in which they expire
    private final AllocationQuota quota;

    /** Creates a table whose entries count against a quota. */
    public Reservations(AllocationQuota quota) {
        this.quota = quota;
    }

    /** Keeps a port under a token that nobody can guess. */
    public synchronized void add(long token, RelayPool pool, int port, RelaySockets.HeldSocket socket, String username, String source,
            long nowNanos) {
        byToken.put(token, new Reservation(pool, port, socket, username, source, nowNanos + HELD_NANOS));
    }

    /** Takes what was kept under the token, or null when there is nothing or it has expired. It does not count against a quota any more. */
    public synchronized @Nullable Reservation take(long token, long nowNanos) {
        expire(nowNanos);
        Reservation found = byToken.remove(token);
        if (found != null) {
            quota.give(found.username(), found.source(), 1);
        }
        return found;
    }

    /** Gives up what has expired. */
    public synchronized void expire(long nowNanos) {
        List<Reservation> due = new ArrayList<>();
        for (Iterator<Reservation> i = byToken.values().iterator(); i.hasNext();) {
            Reservation next = i.next();
            if (next.expires() > nowNanos) {
                break;
            }
            i.remove();
            due.add(next);
        }
        due.forEach(this::giveUp);
    }

    private void giveUp(Reservation reservation) {
        discard(reservation);
        quota.give(reservation.username(), reservation.source(), 1);
    }

    /** Gives the port of one back that was taken and is not wanted after all. */
    public static void discard(Reservation reservation) {
        reservation.socket().close();
        reservation.pool().ports().give(reservation.port());
    }

    /** Gives up everything. */
    public synchronized void close() {
        byToken.values().forEach(this::giveUp);
        byToken.clear();
    }
}
