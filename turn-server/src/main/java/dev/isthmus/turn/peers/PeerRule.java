package dev.isthmus.turn.peers;

/**
 * One rule about peer addresses.
 *
 * @param allow whether addresses in the range may be peers
 * @param range what it is about
 * @param name where it comes from, for operators
 */
public record PeerRule(boolean allow, AddressRange range, String name) {
    @Override
    public String toString() {
        return (allow ? "allow " : "deny ") + range + " (" + name + ")";
    }
}
