package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * A stream of the peer, as it reports that it sends it (webrtc-stats, section 8.9).
 *
 * @param ssrc the source
 * @param kind audio or video
 * @param transportId the transport that carries it
 * @param codecId its format
 * @param bytesSent of payloads
 * @param localId what we know of it
 * @param remoteTimestamp on the clock of the peer, in milliseconds since 1970
 */
public record RTCRemoteOutboundRtpStreamStats(double timestamp, String id, long ssrc, String kind, String transportId,
        @Nullable String codecId, long packetsSent, long bytesSent, String localId, double remoteTimestamp,
        long reportsSent) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.REMOTE_OUTBOUND_RTP;
    }
}
