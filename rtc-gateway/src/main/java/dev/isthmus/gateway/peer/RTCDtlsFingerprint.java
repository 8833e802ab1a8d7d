package dev.isthmus.gateway.peer;

/**
 * The hash of a certificate (webrtc-pc, section 5.5.1).
 *
 * @param algorithm as registered for SDP, for instance {@code sha-256}
 * @param value lower-case hexadecimal with colons
 */
public record RTCDtlsFingerprint(String algorithm, String value) {}
