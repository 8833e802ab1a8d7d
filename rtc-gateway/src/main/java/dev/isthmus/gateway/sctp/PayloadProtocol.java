package dev.isthmus.gateway.sctp;

/** What a message of WebRTC is (RFC 8831, section 8). */
public final class PayloadProtocol {
    /** Of the establishment protocol. */
    public static final int CONTROL = 50;
    /** Text in UTF-8. */
    public static final int TEXT = 51;
    /** Bytes. */
    public static final int BINARY = 53;
    /** An empty text, sent as one byte, since SCTP has no empty messages. */
    public static final int EMPTY_TEXT = 56;
    /** No bytes, sent as one. */
    public static final int EMPTY_BINARY = 57;

    private PayloadProtocol() {}
}
