package dev.isthmus.turn.peers;

/**
 * One rule about peer addresses.
 *
 * @param allow whether addresses in the range may be peers
 * @param range what it is about
 * @param name where it comes from, for operators
 */
public record PeerRule(boolean allow, AddressRange range, String name) {
    /** The name of the rule that lets clients of this server reach each other. */
    static final String RELAYED = "only the relayed addresses of this server's own clients";

    /** Returns whether the peer may be one only as long as it is the relayed address of a client of ours. */
    public boolean onlyWhileRelayed() {
        return allow && name.equals(RELAYED);
    }

    @Override
    public String toString() {
        return (allow ? "allow " : "deny ") + range + " (" + name + ")";
    }
}
