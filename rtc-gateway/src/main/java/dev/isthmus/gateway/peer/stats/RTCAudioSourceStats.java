package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * The sound of a track that is sent (webrtc-stats, section 8.11).
 *
 * @param trackIdentifier the id of the track
 * @param kind audio
 * @param audioLevel 0 to 1, where packets say how loud they are (RFC 6464)
 * @param totalAudioEnergy where packets say how loud they are
 * @param totalSamplesDuration in seconds
 */
public record RTCAudioSourceStats(double timestamp, String id, String trackIdentifier, String kind, @Nullable Double audioLevel,
        @Nullable Double totalAudioEnergy, double totalSamplesDuration) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.MEDIA_SOURCE;
    }
}
