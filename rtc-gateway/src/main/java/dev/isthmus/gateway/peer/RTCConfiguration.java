package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;
import java.util.List;

/**
 * How a connection is set up (webrtc-pc, section 4.2.1). Immutable; the methods return changed copies.
 *
 * @param iceServers what is asked for candidates
 * @param iceTransportPolicy which candidates are used
 * @param bundlePolicy which transports are offered
 * @param rtcpMuxPolicy whether RTCP may have a port of its own
 * @param certificates ours, for DTLS; one is made when there are none
 * @param iceCandidatePoolSize how many transports gather before there is a description, 0 to 255
 * @param peerIdentity who the peer must prove to be, {@code user@domain}, or null (webrtc-identity, section 5.6)
 */
public record RTCConfiguration(List<RTCIceServer> iceServers, RTCIceTransportPolicy iceTransportPolicy, RTCBundlePolicy bundlePolicy,
        RTCRtcpMuxPolicy rtcpMuxPolicy, List<RTCCertificate> certificates, int iceCandidatePoolSize, @Nullable String peerIdentity) {
    /** No servers, every candidate, {@code balanced}, {@code require}, a certificate of its own, no pool. */
    public static final RTCConfiguration DEFAULT = new RTCConfiguration(List.of(), RTCIceTransportPolicy.ALL, RTCBundlePolicy.BALANCED,
            RTCRtcpMuxPolicy.REQUIRE, List.of(), 0, null);

    /** Copies the lists. */
    public RTCConfiguration {
        iceServers = List.copyOf(iceServers);
        certificates = List.copyOf(certificates);
    }

    /** Returns the same with other servers. */
    public RTCConfiguration withIceServers(List<RTCIceServer> servers) {
        return new RTCConfiguration(servers, iceTransportPolicy, bundlePolicy, rtcpMuxPolicy, certificates, iceCandidatePoolSize,
                peerIdentity);
    }

    /** Returns the same with another choice of candidates. */
    public RTCConfiguration withIceTransportPolicy(RTCIceTransportPolicy policy) {
        return new RTCConfiguration(iceServers, policy, bundlePolicy, rtcpMuxPolicy, certificates, iceCandidatePoolSize, peerIdentity);
    }

    /** Returns the same with another bundle policy. */
    public RTCConfiguration withBundlePolicy(RTCBundlePolicy policy) {
        return new RTCConfiguration(iceServers, iceTransportPolicy, policy, rtcpMuxPolicy, certificates, iceCandidatePoolSize,
                peerIdentity);
    }

    /** Returns the same with another policy for RTCP. */
    public RTCConfiguration withRtcpMuxPolicy(RTCRtcpMuxPolicy policy) {
        return new RTCConfiguration(iceServers, iceTransportPolicy, bundlePolicy, policy, certificates, iceCandidatePoolSize, peerIdentity);
    }

    /** Returns the same with certificates. */
    public RTCConfiguration withCertificates(List<RTCCertificate> ours) {
        return new RTCConfiguration(iceServers, iceTransportPolicy, bundlePolicy, rtcpMuxPolicy, ours, iceCandidatePoolSize, peerIdentity);
    }

    /** Returns the same with a pool of candidates. */
    public RTCConfiguration withIceCandidatePoolSize(int size) {
        return new RTCConfiguration(iceServers, iceTransportPolicy, bundlePolicy, rtcpMuxPolicy, certificates, size, peerIdentity);
    }

    /** Returns the same for a peer that must prove to be that one. */
    public RTCConfiguration withPeerIdentity(String identity) {
        return new RTCConfiguration(iceServers, iceTransportPolicy, bundlePolicy, rtcpMuxPolicy, certificates, iceCandidatePoolSize,
                identity);
    }
}
