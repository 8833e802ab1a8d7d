package dev.isthmus.gateway.sctp;

/** Where an association stands (RFC 9260, section 4). */
public enum SctpState {
    /** It has not begun. */
    NEW,
    /** The beginning was sent. */
    COOKIE_WAIT,
    /** The peer's cookie was sent back. */
    COOKIE_ECHOED,
    /** Data flows. */
    ESTABLISHED,
    /** It ends when all was acknowledged. */
    SHUTDOWN_PENDING,
    /** The peer was told that it ends. */
    SHUTDOWN_SENT,
    /** The peer has said that it ends. */
    SHUTDOWN_RECEIVED,
    /** That was answered. */
    SHUTDOWN_ACK_SENT,
    /** It is over. */
    CLOSED;

    boolean isEstablished() {
        return this != NEW && this != COOKIE_WAIT && this != COOKIE_ECHOED && this != CLOSED;
    }

    boolean carriesData() {
        return this == ESTABLISHED || this == SHUTDOWN_PENDING || this == SHUTDOWN_RECEIVED;
    }

    boolean isShutdown() {
        return this == SHUTDOWN_SENT || this == SHUTDOWN_ACK_SENT;
    }
}
