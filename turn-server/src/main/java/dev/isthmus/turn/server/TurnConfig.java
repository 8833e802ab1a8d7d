package dev.isthmus.turn.server;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.peers.PeerPolicy;
import java.util.List;

/**
 * What a TURN server needs to know to answer requests; immutable and shared by all loops.
 *
 * @param credentials who may allocate
 * @param peers which peers may be reached
 * @param relays the addresses on which relay sockets are opened, taken in turn
 * @param software the SOFTWARE attribute of answers to authenticated requests
 */
public record TurnConfig(CredentialStore credentials, PeerPolicy peers, List<RelayAddress> relays, String software) {

    /** An address to bind relay sockets to, and the address that clients and peers are told; ports are equal. */
    public record RelayAddress(TransportAddress bind, TransportAddress advertise) {}
}
