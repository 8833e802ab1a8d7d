package dev.isthmus.turn.server;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.peers.PeerPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a TURN server needs to know to answer requests; immutable and shared by all loops.
 *
 * @param credentials who may allocate
 * @param peers which peers may be reached
 * @param features what is offered
 * @param bandwidth how much may be relayed
 * @param alternates where clients are sent instead of getting an allocation here; empty on a server that takes them itself
 * @param discovery the addresses of NAT behaviour discovery, or null where it is off
 * @param software the SOFTWARE attribute of answers to authenticated requests
 */
public record TurnConfig(CredentialStore credentials, PeerPolicy peers, Features features, Bandwidth.Limits bandwidth,
        List<TransportAddress> alternates, @Nullable NatDiscovery discovery, String software) {
    /**
     * Choices of protocol.
     *
     * @param defaultIpv4 whether a request that names no address family gets an IPv4 address
     * @param strictChannels whether only the channel numbers of RFC 8656 may be bound, not all of RFC 5766's
     * @param tcp whether peers may be reached by TCP (RFC 6062)
     * @param mobility whether clients may take their allocations to another address (RFC 8016)
     */
    public record Features(boolean defaultIpv4, boolean strictChannels, boolean tcp, boolean mobility) {}

    /** Returns the same with other credentials. */
    public TurnConfig with(CredentialStore others) {
        return new TurnConfig(others, peers, features, bandwidth, alternates, discovery, software);
    }
}
