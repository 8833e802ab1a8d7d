package dev.isthmus.ice.ice;

import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * A candidate (RFC 8445, section 5.1).
 *
 * @param type how it was found
 * @param foundation 1 to 32 ice-chars; equal for candidates whose checks fare alike
 * @param component 1 for RTP and everything multiplexed with it, 2 for RTCP
 * @param priority 1 to 2^31 - 1
 * @param address where the peer sends to
 * @param base from where we send; for a candidate of the peer the address itself
 * @param transport how it is reached; addresses are of TCP when it is by a connection
 * @param related what the candidate was derived from, told to peers for diagnosis only (RFC 8839, section 5.1); null where there is none
 */
public record Candidate(CandidateType type, String foundation, int component, long priority, TransportAddress address,
        TransportAddress base, @Nullable TransportAddress related, CandidateTransport transport) {
    private static final int TYPE_SHIFT = 24;
    private static final int LOCAL_SHIFT = 8;
    private static final int DIRECTION_SHIFT = 13;
    private static final int MOST_OTHER = (1 << DIRECTION_SHIFT) - 1;

    /** Creates one that is related to its base, unless it is a host's. */
    public Candidate(CandidateType type, String foundation, int component, long priority, TransportAddress address, TransportAddress base) {
        this(type, foundation, component, priority, address, base, type == CandidateType.HOST ? null : base, CandidateTransport.UDP);
    }

    private static long priority(CandidateType type, CandidateTransport transport, int localPreference, int component) {
        int preference = transport.isTcp() ? type.preference() / 2 : type.preference();
        return ((long) preference << TYPE_SHIFT) + ((long) localPreference << LOCAL_SHIFT) + (256 - component);
    }

    /** Returns the recommended priority (section 5.1.2.1) for a type, a local preference of 0 to 65535 and a component. */
    public static long priority(CandidateType type, int localPreference, int component) {
        return priority(type, CandidateTransport.UDP, localPreference, component);
    }

    /** Returns a host candidate of component 1 with a foundation made of its address. */
    public static Candidate host(TransportAddress address, int localPreference) {
        return new Candidate(CandidateType.HOST, foundation(CandidateType.HOST, address), 1,
                priority(CandidateType.HOST, localPreference, 1), address, address);
    }

    /**
     * Returns a host candidate of component 1 that opens or takes connections (RFC 6544, section 4.1); it is preferred less than one of UDP.
     *
     * @param address of TCP; that of an active candidate has port 9, which means nothing
     */
    public static Candidate host(TransportAddress address, int localPreference, CandidateTransport transport) {
        int preference = transport.direction() << DIRECTION_SHIFT | localPreference & MOST_OTHER;
        return new Candidate(CandidateType.HOST, foundation(CandidateType.HOST, address) + transport.tcpType().charAt(0), 1,
                priority(CandidateType.HOST, transport, preference, 1), address, address, null, transport);
    }

    /** Returns the same candidate as peers are told of it where they reach its base by another address: through a static mapping of a NAT. */
    public Candidate advertisedAt(TransportAddress another) {
        return new Candidate(type, foundation, component, priority, another, base, related, transport);
    }

    /** Returns the same candidate for another component. */
    public Candidate inComponent(int another) {
        return new Candidate(type, foundation, another, priority + component - another, address, base, related, transport);
    }

    /** Returns the same candidate with another foundation. */
    public Candidate withFoundation(String another) {
        return new Candidate(type, another, component, priority, address, base, related, transport);
    }

    /** Returns the same candidate, derived from another address. */
    public Candidate withRelated(TransportAddress another) {
        return new Candidate(type, foundation, component, priority, address, base, another, transport);
    }

    /** Returns a server-reflexive candidate of component 1, which the server showed to a request from the base. */
    public static Candidate serverReflexive(TransportAddress address, TransportAddress base, TransportAddress server, int localPreference) {
        return new Candidate(CandidateType.SERVER_REFLEXIVE, foundation(CandidateType.SERVER_REFLEXIVE, base, server), 1,
                priority(CandidateType.SERVER_REFLEXIVE, localPreference, 1), address, base);
    }

    /**
     * Returns a relayed candidate of component 1; what is sent from it goes through the TURN server.
     *
     * @param related our address as the server sees it, or what hides it
     */
    public static Candidate relayed(TransportAddress address, TransportAddress server, TransportAddress related, int localPreference) {
        return new Candidate(CandidateType.RELAYED, foundation(CandidateType.RELAYED, address, server), 1,
                priority(CandidateType.RELAYED, localPreference, 1), address, address, related, CandidateTransport.UDP);
    }

    /** Returns the priority of a peer-reflexive candidate with this one's local preference and component (section 7.1.1). */
    long reflexivePriority() {
        return priority(CandidateType.PEER_REFLEXIVE, transport, (int) (priority >>> LOCAL_SHIFT) & 0xffff, component);
    }

    static String foundation(CandidateType type, TransportAddress base) {
        return Integer.toUnsignedString(base.host().hashCode() * 31 + type.ordinal(), 36);
    }

    /** Section 5.1.1.3: what another server gave fares differently. */
    private static String foundation(CandidateType type, TransportAddress base, TransportAddress server) {
        return Integer.toUnsignedString((base.host().hashCode() * 31 + server.host().hashCode()) * 31 + type.ordinal(), 36);
    }
}
