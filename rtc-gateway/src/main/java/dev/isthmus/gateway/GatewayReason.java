package dev.isthmus.gateway;

import dev.isthmus.ice.count.Reason;

/** What the gateway counts: every packet that does not cross the bridge has one of these names. */
public enum GatewayReason implements Reason {
    CALLS_STARTED("calls begun"),
    CALLS_ENDED("calls ended"),
    OFFERS_REFUSED("offers that no call came of"),
    CALLS_TIMED_OUT("calls ended because they never connected, or lost the client"),
    CLIENT_TO_PLAIN("media packets bridged from clients to plain endpoints"),
    PLAIN_TO_CLIENT("media packets bridged from plain endpoints to clients"),
    KEYFRAME_REQUESTS("key-frame requests carried across"),
    UNKNOWN_KIND("packets on a media port that are of no known kind"),
    NO_KEYS_YET("media before the DTLS handshake was done"),
    RTP_MALFORMED("malformed RTP"),
    RTCP_MALFORMED("malformed RTCP"),
    SRTP_TOO_SHORT("SRTP packets without room for a tag"),
    SRTP_REPLAYED("SRTP packets that came before, or are too old to tell"),
    SRTP_WRONG_TAG("SRTP packets whose authentication failed"),
    SRTP_TOO_MANY_SOURCES("SRTP packets of more sources than a session may have"),
    UNKNOWN_PAYLOAD_TYPE("packets of a payload type that was not negotiated"),
    REPAIRED("packets of clients that had been lost and were repeated"),
    REPAIRS_NOTHING("repetitions of packets that belong to no stream or had arrived"),
    REPEATED("packets to clients that were sent once more"),
    REPEATED_TOO_LATE("repetitions to clients of packets that are not kept any more"),
    TOO_MANY_REPEATS("packets that clients asked for again when they had asked for more than is sent"),
    SEQUENCE_JUMP("packets far from their source's sequence numbers, until a second one confirms the jump"),
    NO_TARGET("packets to a plain endpoint whose address is not known yet"),
    WRONG_SOURCE("packets on a plain port from an address that may not send there"),
    NO_SELECTED_PAIR("packets to a client to which no pair is selected"),
    DIRECTION_INACTIVE("packets in a direction that was not negotiated"),
    DATA_TO_ENDPOINT("messages of data channels to endpoints"),
    DATA_TO_CLIENT("messages of endpoints to data channels"),
    DATA_TOO_LONG("messages that are too long for where they were to go"),
    DATA_EMPTY("empty messages, which are no datagrams"),
    DATA_HAS_LINE_END("messages with a line feed, which would be two to an endpoint that takes lines"),
    DATA_CLIENT_BEHIND("messages of endpoints for clients that take them too slowly"),
    DATA_TOO_MANY_CHANNELS("data channels beyond what a call may have"),
    DATA_UNREACHABLE("what endpoints did not take of data channels: flows, or datagrams as ICMP says"),
    ISOLATED("packets of tracks that are for one peer alone, which this one has not proved to be"),
    TOO_LONG("packets with no room for a tag");

    private final String description;

    GatewayReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
