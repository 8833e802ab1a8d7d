package dev.isthmus.ice.ice;

/** What an agent tells its owner; drained with {@link IceAgent#pollEvent}. */
public sealed interface IceEvent {
    /** The agent's state changed. */
    record StateChanged(IceState state) implements IceEvent {}

    /** Media goes by this pair from now on. */
    record PairSelected(CandidatePair pair) implements IceEvent {}
}
