package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * A certificate of DTLS (webrtc-stats, section 8.19).
 *
 * @param fingerprintAlgorithm for instance {@code sha-256}
 * @param base64Certificate in DER
 * @param issuerCertificateId the next one of the chain
 */
public record RTCCertificateStats(double timestamp, String id, String fingerprint, String fingerprintAlgorithm, String base64Certificate,
        @Nullable String issuerCertificateId) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.CERTIFICATE;
    }
}
