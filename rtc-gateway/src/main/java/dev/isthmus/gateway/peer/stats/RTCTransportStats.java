package dev.isthmus.gateway.peer.stats;

import dev.isthmus.gateway.peer.RTCDtlsTransportState;
import dev.isthmus.gateway.peer.RTCIceRole;
import dev.isthmus.gateway.peer.RTCIceTransportState;
import org.jspecify.annotations.Nullable;

/**
 * A transport of ICE and DTLS (webrtc-stats, section 8.16).
 *
 * @param bytesSent of payloads of UDP, without checks
 * @param bytesReceived of payloads of UDP, without checks
 * @param selectedCandidatePairId the pair by which data goes
 * @param dtlsRole {@code client}, {@code server}, or {@code unknown}
 * @param srtpCipher the profile of SRTP
 */
public record RTCTransportStats(double timestamp, String id, long packetsSent, long packetsReceived, long bytesSent, long bytesReceived,
        RTCIceRole iceRole, RTCIceTransportState iceState, RTCDtlsTransportState dtlsState, @Nullable String iceLocalUsernameFragment,
        @Nullable String selectedCandidatePairId, @Nullable String localCertificateId, @Nullable String remoteCertificateId,
        @Nullable String dtlsRole, @Nullable String srtpCipher) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.TRANSPORT;
    }
}
