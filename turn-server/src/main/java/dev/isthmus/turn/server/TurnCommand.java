package dev.isthmus.turn.server;

import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PeerConnection;

/** The rare effects of a request; drained with {@link TurnServer#pollCommand} after every call. */
public sealed interface TurnCommand {
    /** The allocation's next deadline may have come nearer: file its timer. */
    record Schedule(Allocation allocation) implements TurnCommand {}

    /** Connect to a peer from the allocation's relayed address; {@link TcpRelays#onConnected} is to be told. */
    record Connect(PeerConnection connection) implements TurnCommand {}

    /** Join the client's connection that is being served to the peer's, once its answer has been written. */
    record Bind(PeerConnection connection) implements TurnCommand {}

    /** The connection with a peer has ended: close it, and the client's that is joined to it. */
    record Disconnect(PeerConnection connection) implements TurnCommand {}

    /** The allocation has ended: close its socket, cancel its timer. */
    record Release(Allocation allocation) implements TurnCommand {}
}
