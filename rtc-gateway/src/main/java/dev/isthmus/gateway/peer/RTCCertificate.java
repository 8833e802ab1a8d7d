package dev.isthmus.gateway.peer;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import java.util.List;
import java.util.Locale;

/** A certificate of ours with its private key (webrtc-pc, section 4.9), made by {@link RTCPeerConnection#generateCertificate}. */
public final class RTCCertificate {
    private static final List<String> ALGORITHMS = List.of("sha-256", "sha-384", "sha-512");
    private final DtlsCertificate certificate;

    /** Wraps a certificate. */
    public RTCCertificate(DtlsCertificate certificate) {
        this.certificate = certificate;
    }

    /** Returns when it ends, in milliseconds since 1970; no connection can be set up with it after that. */
    public long getExpires() {
        return certificate.expiresMillis();
    }

    /** Returns its hashes. */
    public List<RTCDtlsFingerprint> getFingerprints() {
        return ALGORITHMS.stream().map(certificate::fingerprint)
                .map(f -> new RTCDtlsFingerprint(f.algorithm(), f.value().toLowerCase(Locale.ROOT))).toList();
    }

    /** Returns the hash that descriptions carry. */
    Fingerprint fingerprint() {
        return certificate.fingerprint();
    }

    DtlsCertificate unwrap() {
        return certificate;
    }
}
