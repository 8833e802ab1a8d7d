package dev.isthmus.turn.server;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.RelayPool;
import dev.isthmus.turn.allocation.RelaySockets;
import dev.isthmus.turn.allocation.Reservations;
import dev.isthmus.turn.auth.Sources;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds a relayed address for an allocation and opens its socket; another port is tried when one cannot be had. */
final class RelayOpener {
    /** Which port an Allocate request wants. */
    enum Port {
        ANY,
        EVEN,
        /** An even one, with the next in reserve. */
        EVEN_AND_NEXT
    }

    private static final int TRIES = 16;
    private final List<RelayPool> ipv4;
    private final List<RelayPool> ipv6;
    private final RelaySockets sockets;
    private final RandomSource random;
    private final Reservations reservations;
    private final Counters<TurnReason> counters;
    private int next;

    RelayOpener(TurnServer.Parts parts, Counters<TurnReason> counters) {
        this.ipv4 = parts.relays().stream().filter(RelayPool::ipv4).toList();
        this.ipv6 = parts.relays().stream().filter(r -> !r.ipv4()).toList();
        this.sockets = parts.sockets();
        this.random = parts.random();
        this.reservations = parts.tables().reservations();
        this.counters = counters;
    }

    /** Whether relayed addresses of a family can be had at all. */
    boolean offers(boolean ofIpv4) {
        return !(ofIpv4 ? ipv4 : ipv6).isEmpty();
    }

    /** The addresses of a family are taken in turn. */
    private @Nullable RelayPool pool(boolean ofIpv4) {
        List<RelayPool> pools = ofIpv4 ? ipv4 : ipv6;
        return pools.isEmpty() ? null : pools.get(Math.floorMod(next++, pools.size()));
    }

    @Nullable
    Allocation open(Allocation.Maker maker, boolean ofIpv4, boolean even) {
        for (int i = 0; i < TRIES; i++) {
            RelayPool pool = pool(ofIpv4);
            int port = pool == null ? -1 : pool.ports().take(even, random);
            if (pool == null || port < 0) {
                continue; // another address may have one left
            }
            Allocation allocation = open(maker, pool, port);
            if (allocation != null) {
                return allocation;
            }
        }
        return null;
    }

    private @Nullable Allocation open(Allocation.Maker maker, RelayPool pool, int port) {
        Allocation allocation = new Allocation(maker, pool, port);
        RelaySockets.RelaySocket socket = sockets.open(allocation, pool.bind(port));
        if (socket == null) {
            pool.ports().give(port);
            counters.count(TurnReason.RELAY_BIND_FAILED);
            return null;
        }
        allocation.socket(socket);
        return allocation;
    }

    /** An even port, with the next one kept under a token. */
    @Nullable
    Allocation pair(Allocation.Maker maker, boolean ofIpv4, long token, long nowNanos) {
        for (int i = 0; i < TRIES; i++) {
            RelayPool pool = pool(ofIpv4);
            int port = pool == null ? -1 : pool.ports().takePair(random);
            if (pool == null || port < 0) {
                continue;
            }
            RelaySockets.HeldSocket held = sockets.hold(pool.bind(port + 1));
            if (held == null) {
                pool.ports().give(port);
                pool.ports().give(port + 1);
                counters.count(TurnReason.RELAY_BIND_FAILED);
                continue;
            }
            Allocation allocation = open(maker, pool, port);
            if (allocation == null) {
                held.close();
                pool.ports().give(port + 1);
                continue;
            }
            reservations.add(token, pool, port + 1, held, maker.credential().username(), Sources.of(maker.client().remote()), nowNanos);
            allocation.extras().reservationToken(token);
            counters.count(TurnReason.RESERVED);
            return allocation;
        }
        return null;
    }

    /** Uses a port that was in reserve. */
    @Nullable
    Allocation reserved(Allocation.Maker maker, Reservations.Reservation reservation) {
        Allocation allocation = new Allocation(maker, reservation.pool(), reservation.port());
        RelaySockets.RelaySocket socket = sockets.open(allocation, reservation.socket());
        if (socket == null) {
            reservation.pool().ports().give(reservation.port());
            counters.count(TurnReason.RELAY_BIND_FAILED);
            return null;
        }
        allocation.socket(socket);
        return allocation;
    }
}
