package dev.isthmus.ice.dtls;

import dev.isthmus.ice.count.Reason;

/** What DTLS engines count. */
public enum DtlsReason implements Reason {
    HANDSHAKES_STARTED("handshakes begun"),
    HANDSHAKES_DONE("handshakes completed"),
    HANDSHAKE_FAILED("handshakes that ended with an alert or a time-out"),
    WRONG_FINGERPRINT("handshakes refused because the certificate is not the one that was signalled"),
    WRONG_SERVER("handshakes refused because the server's certificate is not to be trusted, or another host's"),
    NO_SRTP_PROFILE("handshakes refused because no SRTP profile is shared"),
    TOO_MANY_HANDSHAKES("handshakes refused because too many are running"),
    BAD_RECORD("datagrams whose DTLS records do not fill them exactly"),
    HANDSHAKE_TOO_LONG("handshake messages that claim over 16 KiB"),
    BAD_FRAGMENT("handshake fragments outside their message"),
    TOO_MANY_FRAGMENTS("handshake messages in over 64 fragments"),
    QUEUE_FULL("records dropped because the handshake was behind"),
    ENDED_BY_ALERT("associations that a fatal alert ended after their handshake"),
    CLOSED_BY_PEER("associations that the peer closed"),
    SEND_FAILED("application data that could not be encrypted or came too early");

    private final String description;

    DtlsReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
