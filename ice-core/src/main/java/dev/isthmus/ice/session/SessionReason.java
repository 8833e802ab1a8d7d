package dev.isthmus.ice.session;

import dev.isthmus.ice.count.Reason;

/** What sessions count beside their agents and clients. */
public enum SessionReason implements Reason {
    NOT_RELAYED("datagrams that came directly to a session that may use relays only"),
    UNPROVEN_SOURCE("data from addresses that no authenticated check has come from"),
    MALFORMED("datagrams that begin like STUN and are malformed"),
    UNKNOWN_CONNECTION("messages on a connection that the session knows nothing of"),
    GATHERING_FAILED("servers that gave no candidate, or took one back"),
    NO_PAIR("data dropped because no pair is selected");

    private final String description;

    SessionReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
