package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/** A STUN or TURN server gave no candidate (webrtc-pc, section 4.8.3). */
public final class RTCPeerConnectionIceErrorEvent extends Event {
    private final @Nullable String address;
    private final @Nullable Integer port;
    private final String url;
    private final int errorCode;
    private final String errorText;

    private RTCPeerConnectionIceErrorEvent(@Nullable String address, @Nullable Integer port, String url, int errorCode, String errorText) {
        super("icecandidateerror");
        this.address = address;
        this.port = port;
        this.url = url;
        this.errorCode = errorCode;
        this.errorText = errorText;
    }

    /** Creates an event. */
    public static RTCPeerConnectionIceErrorEvent of(@Nullable String address, @Nullable Integer port, String url, int errorCode,
            String errorText) {
        return new RTCPeerConnectionIceErrorEvent(address, port, url, errorCode, errorText);
    }

    /** Returns the address of ours from which the server was asked, or null while the peer may not be told any. */
    public @Nullable String getAddress() {
        return address;
    }

    /** Returns the port of ours, or null. */
    public @Nullable Integer getPort() {
        return port;
    }

    /** Returns the server as the configuration names it. */
    public String getUrl() {
        return url;
    }

    /** Returns the code of its answer, 300 to 699, or 701 when there was none. */
    public int getErrorCode() {
        return errorCode;
    }

    /** Returns its reason, or ours. */
    public String getErrorText() {
        return errorText;
    }
}
