package dev.isthmus.turn.server;

import dev.isthmus.turn.allocation.Allocation;

/** The rare effects of a request; drained with {@link TurnServer#pollCommand} after every call. */
public sealed interface TurnCommand {
    /** The allocation's next deadline may have come nearer: file its timer. */
    record Schedule(Allocation allocation) implements TurnCommand {}

    /** The allocation has ended: close its socket, cancel its timer. */
    record Release(Allocation allocation) implements TurnCommand {}
}
