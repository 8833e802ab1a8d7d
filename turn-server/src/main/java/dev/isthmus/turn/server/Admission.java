package dev.isthmus.turn.server;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.peers.PeerPolicy;

/** Which peers a credential may reach: its own exact list, or the server's policy. */
record Admission(PeerPolicy policy) {
    /** Whether any port of the host may be a peer: what a permission, which has no port, asks. */
    boolean host(Credential credential, TransportAddress peer) {
        return credential.policy().exact() ? credential.policy().namesHost(peer) : policy.admitsHost(peer);
    }

    /** Whether this address and port may be a peer. */
    boolean endpoint(Credential credential, TransportAddress peer) {
        return credential.policy().exact() ? credential.policy().names(peer) : policy.admits(peer);
    }
}
