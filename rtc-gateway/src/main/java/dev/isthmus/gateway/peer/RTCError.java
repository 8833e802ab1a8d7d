package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/** An error with details (webrtc-pc, section 11). Its name is {@code OperationError}. */
public final class RTCError extends WebRtcException {
    private static final long serialVersionUID = 1;
    private final RTCErrorDetailType errorDetail;
    private final int sdpLineNumber;
    private final int receivedAlert;
    private final int sentAlert;
    private final int sctpCauseCode;
    private final int httpRequestStatusCode;

    private RTCError(RTCErrorDetailType errorDetail, int sdpLineNumber, int receivedAlert, int sentAlert, int sctpCauseCode,
            int httpRequestStatusCode, @Nullable String message) {
        super("OperationError", message);
        this.errorDetail = errorDetail;
        this.sdpLineNumber = sdpLineNumber;
        this.receivedAlert = receivedAlert;
        this.sentAlert = sentAlert;
        this.sctpCauseCode = sctpCauseCode;
        this.httpRequestStatusCode = httpRequestStatusCode;
    }

    static RTCError syntax(int line, @Nullable String message) {
        return new RTCError(RTCErrorDetailType.SDP_SYNTAX_ERROR, line, -1, -1, -1, -1, message);
    }

    static RTCError dtls(RTCErrorDetailType detail, int receivedAlert, int sentAlert, @Nullable String message) {
        return new RTCError(detail, -1, receivedAlert, sentAlert, -1, -1, message);
    }

    static RTCError channel(RTCErrorDetailType detail, int sctpCauseCode, @Nullable String message) {
        return new RTCError(detail, -1, -1, -1, sctpCauseCode, -1, message);
    }

    static RTCError identity(RTCErrorDetailType detail, @Nullable Integer httpRequestStatusCode, @Nullable String message) {
        return new RTCError(detail, -1, -1, -1, -1, httpRequestStatusCode == null ? -1 : httpRequestStatusCode, message);
    }

    /** Returns what went wrong. */
    public RTCErrorDetailType getErrorDetail() {
        return errorDetail;
    }

    /** Returns the number of the malformed line, from 1, 0 when no line can be named, or null when the error is not about a description. */
    public @Nullable Integer getSdpLineNumber() {
        return sdpLineNumber < 0 ? null : sdpLineNumber;
    }

    /** Returns the cause in the peer's ABORT (RFC 9260, section 3.3.10), or null. */
    public @Nullable Integer getSctpCauseCode() {
        return sctpCauseCode < 0 ? null : sctpCauseCode;
    }

    /** Returns the status of HTTP with which a provider of identities was refused, or null. */
    public @Nullable Integer getHttpRequestStatusCode() {
        return httpRequestStatusCode < 0 ? null : httpRequestStatusCode;
    }

    /** Returns the alert that the peer sent, or null. */
    public @Nullable Integer getReceivedAlert() {
        return receivedAlert < 0 ? null : receivedAlert;
    }

    /** Returns the alert that was sent to the peer, or null. */
    public @Nullable Integer getSentAlert() {
        return sentAlert < 0 ? null : sentAlert;
    }
}
