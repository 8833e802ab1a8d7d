package dev.isthmus.turn.peers;

import dev.isthmus.ice.net.TransportAddress;
import java.util.List;

/**
 * The addresses of the server itself. Nobody relays to them, or a client would stand behind the firewall; except to
 * what is some client's relayed address at the time, where two of our own clients meet.
 *
 * @param hosts every address of the machine and every advertised one; ports do not matter
 * @param relays the relay addresses, as bound and as advertised; ports do not matter
 */
public record OwnAddresses(List<TransportAddress> hosts, List<TransportAddress> relays) {
    /** Of a server that does not know its own addresses. */
    public static final OwnAddresses NONE = new OwnAddresses(List.of(), List.of());

    boolean isHost(TransportAddress peer) {
        return isRelay(peer) || hosts.stream().anyMatch(peer::sameHost);
    }

    boolean isRelay(TransportAddress peer) {
        return relays.stream().anyMatch(peer::sameHost);
    }
}
