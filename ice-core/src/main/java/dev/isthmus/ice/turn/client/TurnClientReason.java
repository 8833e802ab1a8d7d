package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.count.Reason;

/** What TURN clients count. */
public enum TurnClientReason implements Reason {
    ANSWERED("answers of servers that were accepted"),
    CHALLENGED("requests repeated with credentials, or with a new nonce"),
    REDIRECTED("servers that sent us to another one"),
    TIMED_OUT("requests that were never answered"),
    MALFORMED("what came from a server and is neither STUN nor ChannelData"),
    UNKNOWN_TRANSACTION("answers to no request of ours"),
    WRONG_INTEGRITY("answers whose integrity is missing or wrong"),
    BAD_CHALLENGE("challenges that cannot be answered: without realm or nonce, or bidding down"),
    UNEXPECTED("requests, and indications that carry no data"),
    UNKNOWN_CHANNEL("ChannelData of a channel that we have not bound"),
    BAD_CHANNEL_DATA("ChannelData shorter than it claims"),
    PEER_REFUSED("peers that a server lets nothing pass to"),
    TOO_MANY_PEERS("peers beyond the limit, ignored"),
    NO_WAY("data dropped because there is no allocation, or its peer is refused");

    private final String description;

    TurnClientReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
