package dev.isthmus.ice.session;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.turn.client.TurnClient;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which servers are asked from which bases, one after the other at the pace of checks (RFC 8445, section 14.2). */
final class Gathering {
    private static final long PACING = TimeUnit.MILLISECONDS.toNanos(20);
    private final List<StunQuery> queries = new ArrayList<>();
    private final List<RelayWay> relays = new ArrayList<>();
    private final Deque<Object> toStart = new ArrayDeque<>();
    private List<IceServer> servers = List.of();
    private int connections;
    private long nextStart = Deadline.NONE;

    /** From where servers are asked: STUN servers from the bases, TURN servers from sockets that may be others. */
    record From(List<TransportAddress> bases, List<TransportAddress> relayBases) {
        List<TransportAddress> of(IceServer server) {
            return (server.kind() == IceServer.Kind.STUN ? bases : relayBases).stream()
                    .filter(base -> base.ipv4() == server.address().ipv4()).toList();
        }
    }

    /** Takes other servers in place of those before; returns those that are new. */
    List<IceServer> replace(List<IceServer> next) {
        List<IceServer> more = next.stream().filter(server -> !servers.contains(server)).toList();
        servers = List.copyOf(next);
        return more;
    }

    List<IceServer> servers() {
        return servers;
    }

    /** Plans what is to be asked and has not been: each server of each base of its family; a connection to a server once per family. */
    void plan(From from, List<IceServer> servers, IcePolicy policy, BiFunction<IceServer, TransportAddress, StunQuery> asking,
            Function<IceServer, TurnClient> clients, long nowNanos) {
        for (IceServer server : servers) {
            List<TransportAddress> bases = from.of(server);
            if (server.kind() == IceServer.Kind.STUN && policy != IcePolicy.RELAY) {
                bases.stream().filter(base -> queries.stream().noneMatch(q -> q.server.equals(server) && q.base.equals(base)))
                        .forEach(base -> add(asking.apply(server, base)));
            } else if (server.kind() == IceServer.Kind.TURN_UDP) {
                bases.stream().filter(base -> relays.stream().noneMatch(w -> w.server.equals(server) && w.asked.equals(base)))
                        .forEach(base -> add(new RelayWay(server, base, RelayWay.NO_CONNECTION, clients.apply(server))));
            } else if (server.kind().connects() && !bases.isEmpty() && relays.stream().noneMatch(way -> way.server.equals(server))) {
                add(new RelayWay(server, bases.get(0), connections++, clients.apply(server)));
            }
        }
        if (nextStart == Deadline.NONE && !toStart.isEmpty()) {
            nextStart = nowNanos;
        }
    }

    private void add(StunQuery query) {
        queries.add(query);
        toStart.add(query);
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

    /** Asks nothing more from a base. */
    void forget(TransportAddress base) {
        queries.removeIf(query -> query.base.equals(base));
        List<RelayWay> unasked = relays.stream().filter(way -> way.connection == RelayWay.NO_CONNECTION && way.base.equals(base))
                .filter(toStart::contains).toList();
        relays.removeAll(unasked);
        toStart.removeAll(unasked);
        toStart.removeIf(next -> next instanceof StunQuery query && query.base.equals(base));
    }

    List<StunQuery> queries() {
        return queries;
    }

    List<RelayWay> relays() {
        return relays;
    }

    /** Returns whether that server knows another allocation by the same socket: one of the credentials of before. */
    boolean isTaken(RelayWay way) {
        return relays.stream().anyMatch(w -> w != way && !w.ended && w.connection == way.connection && w.base.equals(way.base)
                && w.server.isSameAs(way.server) && !toStart.contains(w));
    }

    /** Forgets what has come to its end; a server that is reached from another base later is asked again. */
    void sweep() {
        relays.removeIf(way -> way.ended);
    }

    @Nullable
    RelayWay onConnection(int connection) {
        return connection < 0 ? null : relays.stream().filter(way -> way.connection == connection).findFirst().orElse(null);
    }

    @Nullable
    RelayWay from(TransportAddress at, TransportAddress from) {
        for (int i = 0; i < relays.size(); i++) { // each datagram comes by here
            if (relays.get(i).comesFrom(at, from)) {
                return relays.get(i);
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

    /** Returns whether peers are told of a candidate of ours: one of a host where hosts may be known, or one that a present server gave. */
    boolean tells(Candidate candidate, IcePolicy policy) {
        IceServer server = origin(candidate);
        return switch (candidate.type()) {
            case HOST -> policy == IcePolicy.ALL || policy == IcePolicy.PUBLIC && candidate.address().isGlobal();
            case RELAYED -> server != null && servers.contains(server);
            default -> server != null && servers.stream().anyMatch(server::isSameAs);
        };
    }

    /** Returns the URL of the server that gave a candidate of ours, or an empty text. */
    String url(Candidate candidate) {
        IceServer server = origin(candidate);
        return server == null ? "" : server.url();
    }

    private @Nullable IceServer origin(Candidate of) {
        if (of.type() == CandidateType.RELAYED) {
            RelayWay way = of(of.address());
            return way == null ? null : way.server;
        }
        for (StunQuery query : queries) {
            if (query.base.equals(of.base()) && of.address().equals(query.mapped())) {
                return query.server;
            }
        }
        boolean reflexive = of.type() == CandidateType.SERVER_REFLEXIVE;
        return relays.stream().filter(way -> reflexive && way.base.equals(of.base())).map(way -> way.server).findFirst().orElse(null);
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
