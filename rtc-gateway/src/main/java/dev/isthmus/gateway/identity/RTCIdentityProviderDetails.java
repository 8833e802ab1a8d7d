package dev.isthmus.gateway.identity;

/** Which provider (webrtc-identity, section 5.1.6): its domain, and which of the protocols there; that has no slash and no backslash. */
public record RTCIdentityProviderDetails(String domain, String protocol) {}
