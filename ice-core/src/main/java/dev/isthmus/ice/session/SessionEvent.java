package dev.isthmus.ice.session;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/** What a session tells its owner; drained with {@link IceSession#pollEvent}. */
public sealed interface SessionEvent {
    /** A candidate for the peer, to be signalled as it comes (RFC 8838). */
    record CandidateFound(Candidate candidate) implements SessionEvent {}

    /**
     * A server gave no candidate.
     *
     * @param url of the server, as the application wrote it
     * @param base from where it was asked
     * @param code that of its answer (300 to 699), or 701 when there is none
     * @param text one line for people
     */
    record GatheringError(String url, TransportAddress base, int code, String text) implements SessionEvent {}

    /** No more candidates of this generation come: end-of-candidates (RFC 8838, section 8.2). */
    record GatheringDone() implements SessionEvent {}

    /**
     * A connection to a server is wanted; {@link IceSession#onConnected} or {@link IceSession#onDisconnected} is to be told.
     *
     * @param connection the number by which both sides speak of it
     * @param domain the name in the server's certificate when a redirection gave another one, or null
     */
    record Connect(int connection, IceServer server, TransportAddress address, @Nullable String domain) implements SessionEvent {}

    /**
     * A socket for a TURN server alone is wanted in place of one that does not serve: the server still holds somebody else's allocation for it
     * (437), or its address is gone. {@link IceSession#onSocket} is to be told, with or without one.
     *
     * @param base the socket that does not serve
     * @param host on which address the other one is to be
     */
    record SocketWanted(TransportAddress base, TransportAddress host) implements SessionEvent {}

    /** A connection is not needed any more. */
    record Disconnect(int connection) implements SessionEvent {}

    /** The state of the checks changed. */
    record StateChanged(IceState state) implements SessionEvent {}

    /** Data goes by this pair from now on. */
    record PairSelected(CandidatePair pair) implements SessionEvent {}
}
