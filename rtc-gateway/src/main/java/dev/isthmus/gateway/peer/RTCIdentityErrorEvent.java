package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/** An identity could not be asserted, or not be validated (the older webrtc-pc). */
public final class RTCIdentityErrorEvent extends Event {
    private final String idp;
    private final String protocol;
    private final @Nullable String loginUrl;
    private final WebRtcException error;

    RTCIdentityErrorEvent(String type, String idp, String protocol, @Nullable String loginUrl, WebRtcException error) {
        super(type);
        this.idp = idp;
        this.protocol = protocol;
        this.loginUrl = loginUrl;
        this.error = error;
    }

    /** Returns the domain of the provider, or an empty text when it is not known. */
    public String getIdp() {
        return idp;
    }

    /** Returns its protocol, or an empty text when it is not known. */
    public String getProtocol() {
        return protocol;
    }

    /** Returns where the user can log in, or null. */
    public @Nullable String getLoginUrl() {
        return loginUrl;
    }

    /** Returns what went wrong. */
    public WebRtcException getError() {
        return error;
    }
}
