package dev.isthmus.ice.ice;

/** The state of an agent, as applications see it. */
public enum IceState {
    /** No remote candidates yet. */
    NEW,
    /** Checks are running, nothing is selected. */
    CHECKING,
    /** A pair is selected and answers. */
    CONNECTED,
    /** The selected pair has not answered for a while; it may recover. */
    DISCONNECTED,
    /** No pair works, or consent was lost (RFC 7675, section 5.1). */
    FAILED;

    /** Returns the state of a stream of two components: it has what both have, and the worst that one has. */
    public IceState with(IceState other) {
        if (this == other) {
            return this;
        }
        for (IceState worst : new IceState[]{FAILED, DISCONNECTED}) {
            if (this == worst || other == worst) {
                return worst;
            }
        }
        return CHECKING;
    }
}
