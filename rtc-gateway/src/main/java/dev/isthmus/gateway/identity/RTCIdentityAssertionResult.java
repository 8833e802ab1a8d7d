package dev.isthmus.gateway.identity;

/** An assertion, and the provider that validates it (webrtc-identity, section 5.1.6). */
public record RTCIdentityAssertionResult(RTCIdentityProviderDetails idp, String assertion) {}
