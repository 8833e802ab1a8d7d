package dev.isthmus.ice.stun;

import dev.isthmus.ice.count.Reason;

/** What {@link StunMessage#wrap} found. */
public enum StunResult implements Reason {
    OK("well-formed STUN messages"),
    TOO_SHORT("STUN message shorter than its header"),
    BAD_TYPE("STUN message whose first two bits are not zero"),
    BAD_COOKIE("STUN message without the magic cookie"),
    BAD_LENGTH("STUN message whose length is not that of the datagram, or no multiple of four"),
    BAD_ATTRIBUTE("STUN attribute that runs past the end of its message"),
    BAD_FINGERPRINT("STUN message whose FINGERPRINT is wrong or not last");

    private final String description;

    StunResult(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
