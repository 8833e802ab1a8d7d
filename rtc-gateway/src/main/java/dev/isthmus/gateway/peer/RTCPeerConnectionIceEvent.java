package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/** A candidate of ours is there to be signalled (webrtc-pc, section 4.8.2). */
public final class RTCPeerConnectionIceEvent extends Event {
    private final @Nullable RTCIceCandidate candidate;
    private final @Nullable String url;

    RTCPeerConnectionIceEvent(@Nullable RTCIceCandidate candidate, @Nullable String url) {
        super("icecandidate");
        this.candidate = candidate;
        this.url = url;
    }

    /** Returns the candidate; an empty one ends its generation, null says that all transports have gathered. */
    public @Nullable RTCIceCandidate getCandidate() {
        return candidate;
    }

    /** Returns the server that it comes from, or null. */
    public @Nullable String getUrl() {
        return url;
    }
}
