package dev.isthmus.ice.session;

import dev.isthmus.ice.count.Reason;

/** What sessions count beside their agents and clients. */
public enum SessionReason implements Reason {
    NOT_RELAYED("datagrams that came directly to a session that may use relays only"),
    UNPROVEN_SOURCE("data from addresses that no authenticated check has come from"),
    MALFORMED("datagrams that begin like STUN and are malformed"),
    UNKNOWN_CONNECTION("messages on a connection that the session knows nothing of"),
    GATHERING_FAILED("servers that gave no candidate, or took one back"),
    MALFORMED_CANDIDATE("signalled lines that are no candidate's"),
    UNUSABLE_CANDIDATE("signalled candidates that cannot be checked from here"),
    TOO_MANY_NAMES("signalled candidates whose names were too many to be asked for at once"),
    UNRESOLVED_NAME("signalled candidates whose mDNS name nobody answered for"),
    EARLY_CANDIDATE("signalled candidates that came before the credentials of their generation"),
    STALE_CANDIDATE("signalled candidates of an earlier generation, dropped"),
    TOO_MANY_EARLY("signalled candidates that came too early and beyond the limit, dropped"),
    NO_SOCKET("sockets that could not be opened on one of our addresses"),
    UNKNOWN_SESSION("STUN messages that are for no session here"),
    FLOW_TAKEN_OVER("flows that passed to the session that is answered there"),
    FLOW_CONTESTED("checks from addresses that another session is reached at"),
    TOO_MANY_CONNECTIONS("TCP connections beyond the limit, closed"),
    TOO_MANY_FLOWS("addresses beyond the limit of a session"),
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
