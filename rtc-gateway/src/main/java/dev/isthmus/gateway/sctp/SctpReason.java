package dev.isthmus.gateway.sctp;

import dev.isthmus.ice.count.Reason;

/** What associations count: what they refuse, and what they do again. */
public enum SctpReason implements Reason {
    TOO_SHORT("packets shorter than a header, or with bytes behind their last chunk that are none"),
    BAD_CHECKSUM("packets whose checksum is wrong"),
    WRONG_PORT("packets to or from another port"),
    WRONG_TAG("packets with another verification tag"),
    BAD_CHUNK("chunks whose lengths lie"),
    UNKNOWN_CHUNK("chunks of an unknown type"),
    UNEXPECTED_CHUNK("chunks that do not belong to the present state"),
    BAD_INIT("beginnings without streams, window or tag"),
    TOO_MANY_INITS("beginnings refused because there were too many lately"),
    BAD_COOKIE("cookies that are not ours, or are too old"),
    TSN_OUT_OF_WINDOW("data too far ahead of what has arrived"),
    DUPLICATE("data that had arrived before"),
    NO_ROOM("data dropped because the application has not taken what came before"),
    BAD_STREAM("data of a stream that does not exist"),
    NO_DATA("data chunks without data"),
    BAD_DATA("data whose fragments contradict each other, or a message that is too long"),
    BAD_ACK("acknowledgements of what was never sent"),
    BAD_RESET("requests to reset streams that are malformed or out of order"),
    SENT_AGAIN("data chunks that were sent again because a timer ran out"),
    SENT_AGAIN_FAST("data chunks that were sent again because later ones had arrived"),
    TIMER_EXPIRED("times that nothing was acknowledged in time"),
    ABANDONED("messages given up because their time or their number of tries was over"),
    ENDED_BY_PEER("associations that the peer ended"),
    UNREACHABLE("associations ended because nothing was acknowledged for too long"),
    RESTARTED("associations that the peer began anew");

    private final String description;

    SctpReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
