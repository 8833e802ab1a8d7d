package dev.isthmus.gateway.identity;

/** Who has made an assertion, {@code user@domain}, and what it covers (webrtc-identity, section 5.1.6). */
public record RTCIdentityValidationResult(String identity, String contents) {}
