package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * The pictures of a track that is sent (webrtc-stats, section 8.12).
 *
 * @param trackIdentifier the id of the track
 * @param kind video
 * @param width in pixels, where a packet has told it (VP8, VP9, H.264)
 * @param height in pixels
 * @param frames so far
 * @param framesPerSecond in the last second
 */
public record RTCVideoSourceStats(double timestamp, String id, String trackIdentifier, String kind, @Nullable Integer width,
        @Nullable Integer height, long frames, double framesPerSecond) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.MEDIA_SOURCE;
    }
}
