package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * A stream of ours, as the peer reports that it receives it (webrtc-stats, section 8.6).
 *
 * @param ssrc the source
 * @param kind audio or video
 * @param transportId the transport that carries it
 * @param codecId its format
 * @param packetsReceived by the highest number that came, less what is lost
 * @param jitter in seconds
 * @param localId what we know of it
 * @param roundTripTime in seconds
 * @param totalRoundTripTime of all measurements, in seconds
 * @param fractionLost since the report before, 0 to 1
 */
public record RTCRemoteInboundRtpStreamStats(double timestamp, String id, long ssrc, String kind, String transportId,
        @Nullable String codecId, long packetsReceived, long packetsLost, double jitter, String localId, @Nullable Double roundTripTime,
        double totalRoundTripTime, double fractionLost, long roundTripTimeMeasurements) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.REMOTE_INBOUND_RTP;
    }
}
