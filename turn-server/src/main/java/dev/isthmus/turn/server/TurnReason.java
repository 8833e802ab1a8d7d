package dev.isthmus.turn.server;

import dev.isthmus.ice.count.Reason;

/** What the TURN server counts: every packet that is not relayed has one of these names. */
public enum TurnReason implements Reason {
    BINDING_ANSWERED("Binding requests answered"),
    DISCOVERY_ANSWERED("Binding requests answered at the addresses of NAT behaviour discovery"),
    RELAYED_TO_PEER("packets relayed from a client to a peer"),
    RELAYED_TO_CLIENT("packets relayed from a peer to a client"),
    BYTES_TO_PEER("bytes of application data relayed to peers"),
    BYTES_TO_CLIENT("bytes of application data relayed to clients"),
    ALLOCATED("allocations made"),
    RELEASED("allocations ended"),
    NOT_STUN("client packets that are neither STUN nor ChannelData"),
    MALFORMED("client packets that begin like STUN and are malformed"),
    UNKNOWN_METHOD("requests of a method that this server does not offer"),
    UNEXPECTED_CLASS("responses, and indications of another method than Send"),
    CHALLENGED("requests without credentials, answered 401"),
    STALE_NONCE("requests with an old or foreign nonce, answered 438"),
    UNKNOWN_USER("requests of an unknown or expired user, answered 401"),
    WRONG_INTEGRITY("requests whose MESSAGE-INTEGRITY is wrong, answered 401"),
    BAD_PASSWORD_ALGORITHM("requests whose password algorithms are not those that were offered, answered 400"),
    WEAK_ALGORITHM("requests by a password algorithm that the configuration forbids, answered 401"),
    ANSWER_WITHHELD("requests without proof that were not answered because their source has had its share"),
    REVOKED("allocations that ended because their user's credential was withdrawn"),
    INCOMPLETE_CREDENTIALS("requests with integrity but without user, realm or nonce, answered 400"),
    RELAYING_DISABLED("TURN requests refused with 403 because no credentials are configured"),
    UNKNOWN_ATTRIBUTE("requests answered 420"),
    BAD_REQUEST("requests answered 400"),
    NO_ALLOCATION("requests and data of clients without an allocation"),
    ALLOCATION_EXISTS("Allocate requests answered 437 because the client has an allocation"),
    WRONG_USER("requests answered 441 because the allocation belongs to another user"),
    UNSUPPORTED_TRANSPORT("Allocate requests answered 442"),
    UNSUPPORTED_FAMILY("Allocate requests answered 440"),
    WRONG_FAMILY("peer addresses refused with 443"),
    RESERVED("relay ports kept for a second allocation"),
    REDIRECTED("Allocate requests answered 300 with another server"),
    NO_RESERVATION("Allocate requests with an unknown or expired reservation token, answered 508"),
    QUOTA_REACHED("Allocate requests answered 486"),
    NO_CAPACITY("requests answered 508"),
    PEER_FORBIDDEN("peer addresses refused with 403"),
    SEND_FORBIDDEN("Send indications to an address that the policy forbids"),
    SEND_UNKNOWN_ATTRIBUTE("Send indications with an unknown attribute that must be understood"),
    PEER_GONE("data to a relayed address of this server that has ended"),
    SEND_INCOMPLETE("Send indications without a peer address or data"),
    NO_PERMISSION_TO_PEER("data to a peer without a permission"),
    NO_PERMISSION_FROM_PEER("data from a peer without a permission"),
    UNKNOWN_CHANNEL("ChannelData of a channel that is not bound"),
    BAD_CHANNEL_DATA("ChannelData shorter than it claims"),
    DATA_TOO_LONG("data from a peer that fits no indication"),
    ICMP_REPORTED("ICMP errors of peers reported to clients"),
    ICMP_OTHER("ICMP errors of a type that clients are not told of"),
    ICMP_WITHOUT_PERMISSION("ICMP errors about peers without a permission"),
    ICMP_TOO_MANY("ICMP errors that were not reported because one about the same peer just was"),
    CONNECTED("TCP connections accepted"),
    DISCONNECTED("allocations that ended with their client's connection"),
    TOO_MANY_CONNECTIONS("TCP connections refused because there are as many as there may be"),
    TOO_MANY_CONNECTIONS_OF_ADDRESS("TCP connections refused because their source address has as many as it may"),
    BAD_PROXY_HEADER("connections of listed proxies without a PROXY header of version 2"),
    NOT_TLS("connections without TLS to a port that takes TLS only"),
    STREAM_IDLE("connections closed because they said nothing for too long and had no allocation"),
    STREAM_BROKEN("connections closed because what came is neither STUN nor ChannelData"),
    STREAM_FAILED("connections closed by an error, a failed TLS handshake among them"),
    STREAM_MESSAGE_TOO_LONG("messages on connections that are longer than any that is relayed, skipped"),
    STREAM_STALLED("connections closed because answers were not read"),
    SLOW_CLIENT("data dropped because its client's connection is slow"),
    RELAY_BIND_FAILED("relay ports that could not be opened; another was tried");

    private final String description;

    TurnReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
