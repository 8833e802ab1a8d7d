package dev.isthmus.ice.session;

/** Which candidates are gathered and checked. */
public enum IcePolicy {
    /** All. */
    ALL,
    /** Those that lead to us from everywhere: server-reflexive and relayed ones, and hosts with a public address; peers are told of no other. */
    PUBLIC,
    /** Relayed ones only: nothing is sent to peers by another way, and what they are told leads nowhere else (RFC 8828, mode 4). */
    RELAY
}
