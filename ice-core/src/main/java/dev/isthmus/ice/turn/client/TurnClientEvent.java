package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.net.TransportAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a TURN client tells its owner; drained with {@link TurnClient#pollEvent}. */
public sealed interface TurnClientEvent {
    /**
     * A way to this server is wanted, of the client's transport; {@link TurnClient#onConnected} is to be told once it is there. Over UDP that
     * is at once.
     *
     * @param domain the name in the server's certificate when a redirection gave another one, or null (RFC 8489, section 10)
     */
    record Connect(TransportAddress server, @Nullable String domain) implements TurnClientEvent {}

    /**
     * The server relays from now on.
     *
     * @param relayed one address, or one of each family
     * @param mapped how the server sees the client
     */
    record Allocated(List<TransportAddress> relayed, TransportAddress mapped) implements TurnClientEvent {}

    /**
     * There is no allocation, or no more.
     *
     * @param code that of the server's answer (300 to 699), or {@link TurnClient#UNREACHABLE} when there is none that can be believed
     * @param text one line for people
     */
    record Failed(int code, String text) implements TurnClientEvent {}

    /** The allocation was given back as the owner wanted. */
    record Released() implements TurnClientEvent {}

    /** The server lets nothing pass to or from this peer. */
    record PeerRefused(TransportAddress peer, int code, String text) implements TurnClientEvent {}

    /** The network says that this peer cannot be reached (RFC 8656, section 11.6). */
    record PeerUnreachable(TransportAddress peer, int icmpType, int icmpCode) implements TurnClientEvent {}
}
