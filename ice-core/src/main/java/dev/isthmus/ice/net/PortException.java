package dev.isthmus.ice.net;

/** A port could not be opened. The message is one line that names the port and the reason. */
public final class PortException extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean inUse;

    /** Creates one that names the port; {@code inUse} when another holds it. */
    public PortException(String message, boolean inUse) {
        super(message);
        this.inUse = inUse;
    }

    /** Returns whether the address and port are in use, so that another port may do. */
    public boolean inUse() {
        return inUse;
    }
}
