package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * A pair of candidates (webrtc-stats, section 8.18).
 *
 * @param state {@code frozen}, {@code waiting}, {@code in-progress}, {@code failed} or {@code succeeded}
 * @param bytesSent of payloads of UDP, without checks
 * @param bytesReceived of payloads of UDP, without checks
 * @param totalRoundTripTime of all checks that were answered, in seconds
 * @param currentRoundTripTime of the last check, in seconds
 * @param availableOutgoingBitrate in bit/s, where it is estimated
 * @param requestsSent checks, repetitions not included
 * @param responsesReceived answers to checks
 */
public record RTCIceCandidatePairStats(double timestamp, String id, String transportId, String localCandidateId, String remoteCandidateId,
        String state, boolean nominated, long packetsSent, long packetsReceived, long bytesSent, long bytesReceived,
        double totalRoundTripTime, @Nullable Double currentRoundTripTime, @Nullable Double availableOutgoingBitrate, long requestsSent,
        long responsesReceived) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.CANDIDATE_PAIR;
    }
}
