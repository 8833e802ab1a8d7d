package dev.isthmus.ice.ice;

import dev.isthmus.ice.count.Reason;

/** What became of a packet that was handed to an agent, and what agents count. */
public enum IceReason implements Reason {
    CHECK_ANSWERED("connectivity checks of peers that were answered"),
    RESPONSE_ACCEPTED("answers to our checks that were accepted"),
    INDICATION("binding indications, which need no answer"),
    NOT_BINDING("STUN messages of another method"),
    WRONG_USERNAME("checks whose USERNAME is not for this agent"),
    NO_INTEGRITY("checks without MESSAGE-INTEGRITY"),
    WRONG_INTEGRITY("checks or answers whose MESSAGE-INTEGRITY is wrong"),
    NO_ROLE("checks without a role or a priority"),
    ROLE_CONFLICT("checks refused with 487 because both sides claim one role"),
    ROLE_SWITCHED("role conflicts in which this agent gave way"),
    UNKNOWN_ATTRIBUTE("checks refused with 420"),
    UNKNOWN_TRANSACTION("answers to no check of ours"),
    NOT_SYMMETRIC("answers from another address than the check was sent to"),
    ERROR_RESPONSE("error answers to our checks"),
    TOO_MANY_CANDIDATES("candidates beyond the limit, ignored"),
    CHECK_TIMED_OUT("checks that were never answered"),
    UNREACHABLE("pairs that failed because the network says that the peer cannot be reached there"),
    ADDRESS_IN_USE("pairs that failed because another session goes by the same way"),
    PEER_FOLLOWED("selected pairs that followed a peer to another address"),
    CONSENT_LOST("selected pairs that lost the peer's consent");

    private final String description;

    IceReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
