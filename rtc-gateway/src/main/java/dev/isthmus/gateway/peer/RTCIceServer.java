package dev.isthmus.gateway.peer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A STUN or TURN server (webrtc-pc, section 4.2.2).
 *
 * @param urls under which it is reached, at least one
 * @param username for TURN, or null
 * @param credential for TURN, or null
 */
public record RTCIceServer(List<String> urls, @Nullable String username, @Nullable String credential) {
    /** Copies the list. */
    public RTCIceServer {
        urls = List.copyOf(urls);
    }

    /** Returns a server without credentials. */
    public static RTCIceServer of(String url) {
        return new RTCIceServer(List.of(url), null, null);
    }

    /** Returns a server with credentials. */
    public static RTCIceServer of(String url, String username, String credential) {
        return new RTCIceServer(List.of(url), username, credential);
    }

    @Override
    public String toString() {
        return "RTCIceServer" + urls; // the credential is nobody's business
    }
}
