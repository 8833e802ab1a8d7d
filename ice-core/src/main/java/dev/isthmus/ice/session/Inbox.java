package dev.isthmus.ice.session;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.turn.client.TurnClient;
import java.nio.ByteBuffer;

/** What arrives at a session: from servers or from the peer, directly or relayed; checks, answers or data. */
final class Inbox {
    private final IceSession session;
    private final IceAgent agent;
    private final Gathering gathering;
    private final Mappings mappings;
    private final boolean relayOnly;
    private final Counters<SessionReason> counters;
    private final StunMessage message;
    private int dataOffset;
    private int dataLength;

    Inbox(IceSession session, Gathering gathering, Mappings mappings, IceSession.Shared shared, boolean relayOnly) {
        this.session = session;
        this.agent = session.agent();
        this.gathering = gathering;
        this.mappings = mappings;
        this.relayOnly = relayOnly;
        this.counters = shared.session();
        this.message = shared.message();
    }

    IceSession.Inbound onPacket(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from, long nowNanos) {
        RelayWay way = gathering.from(at, from);
        if (way != null) {
            // One server may be asked for both: its answers to Binding requests are not the TURN client's.
            return isMapping(buffer, offset, length, at, from)
                    ? onDirect(buffer, offset, length, at, from, nowNanos)
                    : onRelay(way, buffer, offset, length, nowNanos);
        }
        if (relayOnly) {
            counters.count(SessionReason.NOT_RELAYED);
            return IceSession.Inbound.DROPPED;
        }
        return onDirect(buffer, offset, length, at, from, nowNanos);
    }

    private boolean isMapping(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from) {
        return length > 0 && buffer.get(offset) == 1 && message.wrap(buffer, offset, length) == StunResult.OK
                && message.method() == StunType.BINDING && gathering.answeredBy(message, at, from) != null;
    }

    IceSession.Inbound onMessage(int connection, ByteBuffer buffer, int offset, int length, long nowNanos) {
        RelayWay way = gathering.onConnection(connection);
        if (way == null) {
            counters.count(SessionReason.UNKNOWN_CONNECTION);
            return IceSession.Inbound.DROPPED;
        }
        return onRelay(way, buffer, offset, length, nowNanos);
    }

    private IceSession.Inbound onRelay(RelayWay way, ByteBuffer buffer, int offset, int length, long nowNanos) {
        TurnClient.Inbound kind = way.client.onPacket(buffer, offset, length, nowNanos);
        TransportAddress peer = way.client.data().source();
        IceSession.Inbound result = switch (kind) {
            case DROPPED -> IceSession.Inbound.DROPPED;
            case CONTROL -> IceSession.Inbound.CONTROL;
            case DATA -> {
                TransportAddress relayed = peer == null ? null : way.relayed(peer.ipv4());
                yield relayed == null || peer == null
                        ? IceSession.Inbound.DROPPED
                        : onDirect(buffer, way.client.data().offset(), way.client.data().length(), relayed, peer, nowNanos);
            }
        };
        if (kind == TurnClient.Inbound.CONTROL) {
            session.step(nowNanos);
        }
        return result;
    }

    private IceSession.Inbound onDirect(ByteBuffer buffer, int offset, int length, TransportAddress at, TransportAddress from,
            long nowNanos) {
        boolean stun = length > 0 && (buffer.get(offset) & 0xFC) == 0; // RFC 7983: 0 to 3
        if (!stun) {
            if (!agent.admits(at, from, length)) {
                counters.count(SessionReason.UNPROVEN_SOURCE);
                return IceSession.Inbound.DROPPED;
            }
            dataOffset = offset;
            dataLength = length;
            return IceSession.Inbound.DATA;
        }
        if (message.wrap(buffer, offset, length) != StunResult.OK) {
            counters.count(SessionReason.MALFORMED);
            return IceSession.Inbound.DROPPED;
        }
        StunQuery query = message.method() == StunType.BINDING ? gathering.answeredBy(message, at, from) : null;
        if (query != null) {
            mappings.onAnswer(query, message, nowNanos);
            session.step(nowNanos);
            return IceSession.Inbound.CONTROL;
        }
        IceReason reason = agent.onPacket(message, at, from, nowNanos);
        session.step(nowNanos);
        return switch (reason) {
            case CHECK_ANSWERED -> IceSession.Inbound.CHECKED;
            case RESPONSE_ACCEPTED -> IceSession.Inbound.ANSWERED;
            default -> IceSession.Inbound.CONTROL;
        };
    }

    int dataOffset() {
        return dataOffset;
    }

    int dataLength() {
        return dataLength;
    }
}
