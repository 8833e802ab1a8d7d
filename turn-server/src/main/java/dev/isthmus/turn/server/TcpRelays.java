package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PeerConnection;
import dev.isthmus.turn.allocation.PeerConnections;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.Credential;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections with peers over TCP (RFC 6062): Connect and ConnectionBind, and connections that come to a relayed address. Connecting takes
 * time: the answer to a Connect is kept back until the shell says what came of it.
 */
public final class TcpRelays {
    /** Sections 5.2 and 5.3: how long a connection waits for its ConnectionBind. */
    private static final long PENDING = TimeUnit.SECONDS.toNanos(30);

    private final TurnServer server;
    private final PeerConnections connections;
    private final RandomSource random;
    private final Refusals refusals;
    private final Map<PeerConnection, Reply.Deferred> connecting = new HashMap<>();

    TcpRelays(TurnServer server, TurnServer.Parts parts, Refusals refusals) {
        this.server = server;
        this.connections = parts.tables().connections();
        this.random = parts.random();
        this.refusals = refusals;
    }

    /** Section 5.2; returns whether an answer stands in the reply, which it does not while the connection is being made. */
    boolean onConnect(StunMessage request, Allocation control, long nowNanos) {
        TransportAddress peer = request.xorAddress(TurnAttribute.XOR_PEER_ADDRESS);
        if (peer == null || !control.tcp()) {
            return refusals.refuse(TurnReason.BAD_REQUEST, ErrorCode.BAD_REQUEST);
        }
        Allocation allocation = control.ofFamily(peer.ipv4());
        if (allocation == null) {
            return refusals.refuse(TurnReason.WRONG_FAMILY, ErrorCode.PEER_ADDRESS_FAMILY_MISMATCH);
        }
        if (forbidden(allocation, peer)) {
            return refusals.refuse(TurnReason.PEER_FORBIDDEN, ErrorCode.FORBIDDEN);
        }
        List<PeerConnection> held = allocation.extras().connections();
        for (PeerConnection other : held) {
            if (other.peer().equals(peer)) {
                Reply.Deferred waiting = connecting.get(other);
                boolean again = waiting != null && waiting.answers(request);
                return !again && refusals.refuse(TurnReason.CONNECTION_EXISTS, ErrorCode.CONNECTION_ALREADY_EXISTS);
            }
        }
        if (full(allocation, false)) {
            return refusals.refuse(TurnReason.TOO_MANY_PEER_CONNECTIONS, ErrorCode.INSUFFICIENT_CAPACITY);
        }
        PeerConnection fresh = connections.make(allocation, peer, PeerConnection.State.CONNECTING, Deadline.NONE, random);
        connecting.put(fresh, refusals.reply().defer());
        server.command(new TurnCommand.Connect(fresh));
        return false;
    }

    private boolean forbidden(Allocation allocation, TransportAddress peer) {
        return server.admission().tcpEndpoint(allocation.credential(), peer, connections) == Admission.Verdict.NO;
    }

    /** Peers that connect take no place from what the client connects to. */
    private static boolean full(Allocation allocation, boolean incoming) {
        AllocationLimits limits = allocation.credential().policy().limits();
        List<PeerConnection> held = allocation.extras().connections();
        return held.size() >= limits.connections()
                || held.stream().filter(c -> c.incoming() == incoming && c.state() != PeerConnection.State.BOUND).count() >= limits
                        .pending();
    }

    /** Takes what came of a {@link TurnCommand.Connect}; returns the answer to the client. */
    public Route onConnected(PeerConnection connection, boolean connected, long nowNanos) {
        Reply.Deferred deferred = connecting.remove(connection);
        if (deferred == null || connection.state() != PeerConnection.State.CONNECTING) {
            return server.nowhere();
        }
        deferred.resume();
        if (connected) {
            connection.deadline(nowNanos + PENDING);
            connection.advance(PeerConnection.State.CONNECTING, PeerConnection.State.PENDING);
            server.schedule(connection.allocation());
            server.counters().count(TurnReason.PEER_CONNECTED);
            refusals.reply().success().int32(TurnAttribute.CONNECTION_ID, connection.id() & 0xffffffffL);
            refusals.reply().finish();
        } else {
            connection.advance(PeerConnection.State.CONNECTING, PeerConnection.State.CLOSED);
            connections.remove(connection);
            refusals.refuse(TurnReason.PEER_CONNECT_FAILED, ErrorCode.CONNECTION_FAILED);
        }
        return server.answer(connection.allocation().client());
    }

    /** Takes a connection that came to a relayed address (section 5.3); returns what stands for it, or null when it is to be closed. */
    public @Nullable PeerConnection onAccepted(Allocation allocation, TransportAddress peer, long nowNanos) {
        if (!allocation.permits(peer, nowNanos) || forbidden(allocation, peer)) {
            server.counters().count(TurnReason.NO_PERMISSION_FROM_PEER);
            return null;
        }
        if (full(allocation, true)) {
            server.counters().count(TurnReason.TOO_MANY_PEER_CONNECTIONS);
            return null;
        }
        server.counters().count(TurnReason.PEER_CONNECTED);
        PeerConnection fresh = connections.make(allocation, peer, PeerConnection.State.PENDING, nowNanos + PENDING, random);
        server.schedule(allocation);
        return fresh;
    }

    /** Returns the ConnectionAttempt indication that tells the client of a connection. */
    public Route announce(PeerConnection connection) {
        refusals.reply().indication(TurnAttribute.METHOD_CONNECTION_ATTEMPT, random.nextInt(), random.nextLong())
                .xorAddress(TurnAttribute.XOR_PEER_ADDRESS, connection.peer())
                .int32(TurnAttribute.CONNECTION_ID, connection.id() & 0xffffffffL);
        return server.answer(connection.allocation().client());
    }

    /** Section 5.4. The request comes on a connection of its own, perhaps on another loop than the allocation's. */
    boolean onConnectionBind(StunMessage request, AddressKey client, Credential credential) {
        if (!client.isStream() || request.unsignedInt(TurnAttribute.CONNECTION_ID, -1) < 0) {
            return refusals.refuse(TurnReason.BAD_REQUEST, ErrorCode.BAD_REQUEST);
        }
        PeerConnection found = connections.find((int) request.unsignedInt(TurnAttribute.CONNECTION_ID, 0));
        if (found == null || server.allocation(client) != null) {
            return refusals.refuse(TurnReason.NO_CONNECTION, ErrorCode.BAD_REQUEST);
        }
        if (!found.allocation().credential().username().equals(credential.username())) {
            return refusals.refuse(TurnReason.WRONG_USER, ErrorCode.WRONG_CREDENTIALS);
        }
        if (!found.advance(PeerConnection.State.PENDING, PeerConnection.State.BOUND)) {
            return refusals.refuse(TurnReason.NO_CONNECTION, ErrorCode.BAD_REQUEST);
        }
        found.deadline(Deadline.NONE);
        server.counters().count(TurnReason.CONNECTION_BOUND);
        server.command(new TurnCommand.Bind(found));
        refusals.reply().success();
        refusals.reply().finish();
        return true;
    }

    /** Takes the end of a connection with a peer. */
    public void onClosed(PeerConnection connection) {
        connecting.remove(connection);
        close(connection);
    }

    private void close(PeerConnection connection) {
        if (connections.remove(connection)) {
            connection.advance(connection.state(), PeerConnection.State.CLOSED);
            server.command(new TurnCommand.Disconnect(connection));
        }
    }

    /** Closes the connections of an allocation whose time has come. */
    void expire(Allocation allocation, long nowNanos) {
        for (PeerConnection connection : List.copyOf(allocation.extras().connections())) {
            boolean due = Deadline.due(connection.deadline(), nowNanos);
            if (due && connection.advance(PeerConnection.State.PENDING, PeerConnection.State.CLOSED)) {
                server.counters().count(TurnReason.CONNECTION_NOT_BOUND);
                close(connection);
            }
        }
    }

    /** Closes every connection of an allocation that ends. */
    void release(Allocation allocation) {
        for (PeerConnection connection : List.copyOf(allocation.extras().connections())) {
            connecting.remove(connection);
            close(connection);
        }
    }
}
