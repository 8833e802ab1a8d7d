package dev.isthmus.ice.session;

/** Which candidates are gathered and checked. */
public enum IcePolicy {
    /** All. */
    ALL,
    /** Server-reflexive and relayed ones: peers are told no address of a host. */
    PUBLIC,
    /** Relayed ones only: nothing is sent to peers by another way, and what they are told leads nowhere else (RFC 8828, mode 4). */
    RELAY
}
