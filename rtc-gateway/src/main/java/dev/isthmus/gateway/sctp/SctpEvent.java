package dev.isthmus.gateway.sctp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an association tells its owner. */
public sealed interface SctpEvent {
    /**
     * It is there.
     *
     * @param outgoing how many streams may be sent on
     * @param incoming how many the peer may send on
     */
    record Connected(int outgoing, int incoming) implements SctpEvent {}

    /**
     * A message came; {@link SctpAssociation#taken} is to be told when nobody needs its room any more.
     *
     * @param protocol what the sender says that it is (RFC 8831, section 8)
     */
    record Message(int stream, int protocol, byte[] data) implements SctpEvent {}

    /** So many bytes of a stream's messages have left, or were given up. */
    record Sent(int stream, int bytes) implements SctpEvent {}

    /** The peer will send no more of what it began on these streams (RFC 6525). */
    record IncomingReset(List<Integer> streams) implements SctpEvent {}

    /** The peer knows that no more comes on these streams; they may be used anew. */
    record OutgoingReset(List<Integer> streams) implements SctpEvent {}

    /**
     * It is over.
     *
     * @param failure why, or null when it ended in order
     * @param cause of the peer's ABORT (RFC 9260, section 3.3.10), or -1
     */
    record Closed(@Nullable String failure, int cause) implements SctpEvent {}
}
