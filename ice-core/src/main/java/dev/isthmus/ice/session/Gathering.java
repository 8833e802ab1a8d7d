package dev.isthmus.ice.session;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.client.TurnClient;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which servers are asked from which bases, one after the other at the pace of checks (RFC 8445, section 14.2). */
final class Gathering {
    private static final long PACING = TimeUnit.MILLISECONDS.toNanos(50);
    private final List<StunQuery> queries = new ArrayList<>();
    private final List<RelayWay> relays = new ArrayList<>();
    private final Deque<Object> toStart = new ArrayDeque<>();
    private long nextStart = Deadline.NONE;

    /** Plans what is to be asked: each server of each base of its family; a connection to a server once per family. */
    void plan(List<TransportAddress> bases, List<IceServer> servers, IcePolicy policy, RandomSource random,
            Function<IceServer, TurnClient> clients, long nowNanos) {
        for (IceServer server : servers) {
            boolean connected = false;
            for (TransportAddress base : bases) {
                if (base.ipv4() != server.address().ipv4() || connected) {
                    continue;
                }
                connected = server.kind().connects();
                if (server.kind() != IceServer.Kind.STUN) {
                    int connection = connected ? relays.size() : RelayWay.NO_CONNECTION;
                    add(new RelayWay(server, base, connection, clients.apply(server)));
                } else if (policy != IcePolicy.RELAY) {
                    StunQuery query = new StunQuery(server, base, random);
                    queries.add(query);
                    toStart.add(query);
                }
            }
        }
        nextStart = toStart.isEmpty() ? Deadline.NONE : nowNanos;
    }

    private void add(RelayWay way) {
        relays.add(way);
        toStart.add(way);
    }

    /** Returns the next to be asked, when its turn has come: a {@link StunQuery} or a {@link RelayWay}; or null. */
    @Nullable
    Object next(long nowNanos) {
        if (!Deadline.due(nextStart, nowNanos)) {
            return null;
        }
        Object next = toStart.poll();
        nextStart = toStart.isEmpty() ? Deadline.NONE : nowNanos + PACING;
        return next;
    }

    List<StunQuery> queries() {
        return queries;
    }

    List<RelayWay> relays() {
        return relays;
    }

    @Nullable
    RelayWay onConnection(int connection) {
        return connection < 0 || connection >= relays.size() || relays.get(connection).connection != connection
                ? null
                : relays.get(connection);
    }

    @Nullable
    RelayWay from(TransportAddress at, TransportAddress from) {
        for (RelayWay way : relays) {
            if (way.comesFrom(at, from)) {
                return way;
            }
        }
        return null;
    }

    @Nullable
    RelayWay of(TransportAddress relayed) {
        for (RelayWay way : relays) {
            if (way.relayed.contains(relayed)) {
                return way;
            }
        }
        return null;
    }

    @Nullable
    StunQuery answeredBy(StunMessage message, TransportAddress at, TransportAddress from) {
        boolean answer = message.messageClass() == StunType.SUCCESS || message.messageClass() == StunType.ERROR;
        for (StunQuery query : queries) {
            if (answer && query.isAnswer(message, at, from)) {
                return query;
            }
        }
        return null;
    }

    boolean done() {
        return toStart.isEmpty() && queries.stream().allMatch(StunQuery::settled) && relays.stream().allMatch(w -> w.settled);
    }

    long nextDeadline() {
        long nearest = nextStart;
        for (StunQuery query : queries) {
            nearest = Deadline.nearer(nearest, query.deadline());
        }
        for (RelayWay way : relays) {
            nearest = Deadline.nearer(nearest, way.client.nextDeadline());
        }
        return nearest;
    }
}
