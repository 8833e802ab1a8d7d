package dev.isthmus.turn.peers;

import dev.isthmus.ice.net.TransportAddress;
import java.util.List;

/**
 * The addresses of the server itself. Nobody relays to them, or a client would stand behind the firewall; except to relay ports, where two of
 * our own clients meet.
 *
 * @param hosts every address of the machine and every advertised one; ports do not matter
 * @param relays the relay addresses, as bound and as advertised; ports do not matter
 * @param firstPort the first relay port
 * @param lastPort the last relay port
 */
public record OwnAddresses(List<TransportAddress> hosts, List<TransportAddress> relays, int firstPort, int lastPort) {
    /** Of a server that does not know its own addresses. */
    public static final OwnAddresses NONE = new OwnAddresses(List.of(), List.of(), 0, -1);

    boolean isHost(TransportAddress peer) {
        return isRelay(peer) || hosts.stream().anyMatch(peer::sameHost);
    }

    boolean isRelay(TransportAddress peer) {
        return relays.stream().anyMatch(peer::sameHost);
    }

    boolean isRelayPort(TransportAddress peer) {
        return isRelay(peer) && peer.port() >= firstPort && peer.port() <= lastPort;
    }
}
