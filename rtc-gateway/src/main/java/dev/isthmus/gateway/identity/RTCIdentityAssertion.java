package dev.isthmus.gateway.identity;

/** Who the peer is (webrtc-identity, section 5.7): the domain of the provider that says so, and the name, {@code user@domain}. */
public record RTCIdentityAssertion(String idp, String name) {}
