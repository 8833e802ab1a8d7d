package dev.isthmus.turn.server;

import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.allocation.PeerConnections;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.peers.PeerPolicy;
import dev.isthmus.turn.peers.PeerRule;
import java.util.function.Predicate;

/** Which peers a credential may reach: its own exact list, or the server's policy. */
record Admission(PeerPolicy policy, LinkTable links) {
    /** What is said of an address and port. */
    enum Verdict {
        NO,
        YES,
        /** Only as long as it is the relayed address of a client of this server. */
        WHILE_RELAYED
    }

    /** Whether any port of the host may be a peer: what a permission, which has no port, asks. */
    boolean host(Credential credential, TransportAddress peer) {
        return credential.policy().exact() ? credential.policy().namesHost(peer) : policy.decideHost(peer).allow();
    }

    /** Whether this address and port may be a peer. */
    Verdict endpoint(Credential credential, TransportAddress peer) {
        if (credential.policy().exact()) {
            return credential.policy().names(peer) ? Verdict.YES : Verdict.NO;
        }
        return endpoint(peer, links::holds);
    }

    /** Whether this address and port may be a peer that is reached by TCP. */
    Verdict tcpEndpoint(Credential credential, TransportAddress peer, PeerConnections connections) {
        if (credential.policy().exact()) {
            return Verdict.NO; // a list of UDP ports
        }
        return endpoint(peer, connections::isRelayed);
    }

    private Verdict endpoint(TransportAddress peer, Predicate<TransportAddress> relayed) {
        PeerRule rule = policy.decide(peer, relayed);
        if (!rule.allow()) {
            return Verdict.NO;
        }
        return rule.onlyWhileRelayed() ? Verdict.WHILE_RELAYED : Verdict.YES;
    }
}
