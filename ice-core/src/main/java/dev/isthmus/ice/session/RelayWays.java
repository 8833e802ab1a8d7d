package dev.isthmus.ice.session;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceTransmit;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IceSession.Setup;
import dev.isthmus.ice.session.IceSession.Shared;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.ice.turn.client.TurnClient;
import dev.isthmus.ice.turn.client.TurnClientEvent;
import dev.isthmus.ice.turn.client.TurnData;
import dev.isthmus.ice.turn.client.TurnPeer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The allocations of a session: what becomes of them, and what is sent by them. */
final class RelayWays {
    private final IceSession session;
    private final Setup setup;
    private final RandomSource random;
    private final Shared shared;
    private final Gathering gathering;

    RelayWays(IceSession session, Setup setup, RandomSource random, Shared shared, Gathering gathering) {
        this.session = session;
        this.setup = setup;
        this.random = random;
        this.shared = shared;
        this.gathering = gathering;
    }

    TurnClient client(IceServer server) {
        return new TurnClient(new TurnClient.Setup(server.address(), server.kind().connects(), server.username(), server.password(),
                setup.family(), setup.mobile()), random, shared.turn());
    }

    /** Asks a server; from another socket when it knows this one by an allocation of other credentials (RFC 8656, section 7.4). */
    void start(RelayWay way, long nowNanos) {
        if (gathering.isTaken(way)) {
            way.waitsForSocket = true;
            session.tell(new SessionEvent.SocketWanted(way.base, way.base));
        } else {
            way.client.start(nowNanos);
        }
    }

    /** Sends a check by the allocation whose address it leaves from; its permission goes first. */
    void transmit(RelayWay way, IceTransmit check, long nowNanos) {
        TurnPeer peer = way.client.permit(check.remote(), nowNanos);
        drain(way);
        ByteBuffer framed = ByteBuffer.allocate(TurnData.HEADROOM + check.bytes().length + TurnData.TAILROOM);
        framed.put(TurnData.HEADROOM, check.bytes());
        if (peer != null && way.client.data().frame(peer, framed, TurnData.HEADROOM, check.bytes().length)) {
            int from = way.client.data().offset();
            send(way, Arrays.copyOfRange(framed.array(), from, from + way.client.data().length()));
        }
    }

    /** Lets the peer's candidates in before they are checked, so that its own checks get through to us. */
    void permitAll(long nowNanos) {
        for (CandidatePair pair : session.agent().pairs()) {
            RelayWay way = pair.state() == CandidatePair.State.FAILED ? null : gathering.of(pair.local().base());
            if (way != null) {
                way.client.permit(pair.remote().address(), nowNanos);
            }
        }
    }

    /** Follows what clients say, and sends what they have ready. */
    void step(long nowNanos) {
        for (RelayWay way : gathering.relays()) {
            for (TurnClientEvent e = way.client.pollEvent(); e != null; e = way.client.pollEvent()) {
                onClient(way, e, nowNanos);
            }
            drain(way);
        }
        gathering.sweep();
    }

    private void drain(RelayWay way) {
        for (byte[] bytes = way.client.pollTransmit(); bytes != null; bytes = way.client.pollTransmit()) {
            send(way, bytes);
        }
    }

    private void send(RelayWay way, byte[] bytes) {
        session.send(new SessionTransmit(way.base, way.client.server(), way.connection, bytes));
    }

    private void onClient(RelayWay way, TurnClientEvent event, long nowNanos) {
        switch (event) {
            case TurnClientEvent.Connect(TransportAddress server, String domain) -> {
                if (way.connection == RelayWay.NO_CONNECTION) {
                    way.client.onConnected(nowNanos);
                } else {
                    session.tell(new SessionEvent.Connect(way.connection, way.server, server, domain));
                }
            }
            case TurnClientEvent.Allocated(List<TransportAddress> relayed, TransportAddress mapped) ->
                onAllocated(way, relayed, mapped, nowNanos);
            case TurnClientEvent.Failed(int code, String text) -> {
                if (way.wantsSocket(code)) {
                    session.tell(new SessionEvent.SocketWanted(way.base, way.base));
                } else {
                    failed(way, code, text, nowNanos);
                }
            }
            case TurnClientEvent.Released() -> disconnect(way);
            case TurnClientEvent.PeerRefused(TransportAddress peer, int code, String text) -> unreachable(way, peer, nowNanos);
            case TurnClientEvent.PeerUnreachable(TransportAddress peer, int type, int code) -> unreachable(way, peer, nowNanos);
        }
    }

    private void failed(RelayWay way, int code, String text, long nowNanos) {
        way.settled = true;
        way.ended = true;
        session.error(way.server, way.base, code, text);
        way.relayed.forEach(gone -> session.agent().removeBase(gone, nowNanos));
        way.relayed = List.of();
        disconnect(way);
    }

    private void disconnect(RelayWay way) {
        if (way.connection != RelayWay.NO_CONNECTION) {
            session.tell(new SessionEvent.Disconnect(way.connection));
        }
    }

    private void unreachable(RelayWay way, TransportAddress peer, long nowNanos) {
        TransportAddress relayed = way.relayed(peer.ipv4());
        if (relayed != null) {
            session.agent().onUnreachable(relayed, peer, nowNanos);
        }
    }

    private void onAllocated(RelayWay way, List<TransportAddress> relayed, TransportAddress mapped, long nowNanos) {
        way.settled = true;
        way.relayed = relayed;
        Preferences preferences = session.preferences();
        boolean direct = way.connection == RelayWay.NO_CONNECTION && preferences.isBase(way.base);
        if (direct && setup.policy() != IcePolicy.RELAY && !mapped.equals(way.base)) {
            session.add(Candidate.serverReflexive(mapped, way.base, way.client.server(), preferences.direct(way.base)), true, nowNanos);
        }
        for (TransportAddress each : relayed) {
            TransportAddress related = setup.policy() == IcePolicy.RELAY ? TransportAddress.wildcard(each.ipv4()) : mapped;
            int preference = preferences.relayed(way.base, way.server.kind(), each.ipv4());
            session.add(Candidate.relayed(each, way.client.server(), related, preference), true, nowNanos);
        }
        permitAll(nowNanos);
    }

    /** A base is gone: mobile allocations go on from another one. */
    void onBaseGone(TransportAddress base, @Nullable TransportAddress instead, long nowNanos) {
        for (RelayWay way : gathering.relays()) {
            if (!way.base.equals(base)) {
                continue;
            }
            if (way.connection != RelayWay.NO_CONNECTION) {
                way.client.onDisconnected("the interface is gone"); // long before TCP would notice; another base may ask the server anew
            } else if (instead != null && way.client.isMobile()) {
                way.waitsForSocket = true;
                session.tell(new SessionEvent.SocketWanted(base, instead));
            } else {
                way.client.onDisconnected("the interface is gone");
            }
        }
    }

    /** RFC 8016: the allocation comes along to a socket that no other allocation is known by. */
    private static void move(RelayWay way, @Nullable TransportAddress instead, long nowNanos) {
        if (instead == null) {
            way.client.onDisconnected("the interface is gone");
        } else {
            way.base = instead;
            way.client.onMoved(nowNanos);
        }
    }

    /** The owner has opened another socket for a server that did not take one, or could not. */
    void onSocket(TransportAddress refused, @Nullable TransportAddress instead, long nowNanos) {
        for (RelayWay way : gathering.relays()) {
            if (!way.base.equals(refused) || !way.waitsForSocket) {
                continue;
            }
            way.waitsForSocket = false;
            if (way.client.isMobile()) {
                move(way, instead, nowNanos);
            } else if (instead == null) {
                failed(way, ErrorCode.ALLOCATION_MISMATCH.code(), ErrorCode.ALLOCATION_MISMATCH.phrase(), nowNanos);
            } else {
                way.base = instead;
                way.client = client(way.server);
                way.client.start(nowNanos);
            }
            return; // each has asked for one
        }
    }
}
