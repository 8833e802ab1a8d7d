package dev.isthmus.gateway.identity;

import org.jspecify.annotations.Nullable;

/**
 * How a provider is asked (webrtc-identity, section 5.6).
 *
 * @param protocol which of the protocols of its domain
 * @param usernameHint whose identity is wanted, or null
 * @param peerIdentity who the peer is to be, for providers that bind an assertion to both, or null
 */
public record RTCIdentityProviderOptions(String protocol, @Nullable String usernameHint, @Nullable String peerIdentity) {
    /** The protocol {@code default}. */
    public static final RTCIdentityProviderOptions DEFAULT = new RTCIdentityProviderOptions("default", null, null);

    /** Returns the same with another protocol. */
    public RTCIdentityProviderOptions withProtocol(String another) {
        return new RTCIdentityProviderOptions(another, usernameHint, peerIdentity);
    }

    /** Returns the same with a hint whose identity is wanted. */
    public RTCIdentityProviderOptions withUsernameHint(String hint) {
        return new RTCIdentityProviderOptions(protocol, hint, peerIdentity);
    }

    /** Returns the same for a peer. */
    public RTCIdentityProviderOptions withPeerIdentity(@Nullable String peer) {
        return new RTCIdentityProviderOptions(protocol, usernameHint, peer);
    }
}
