package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * A payload format in use (webrtc-stats, section 8.2).
 *
 * @param transportId the transport where the payload type has this meaning
 * @param mimeType for instance {@code audio/opus}
 * @param clockRate in Hz
 * @param channels of sound
 * @param sdpFmtpLine its parameters as descriptions have them
 */
public record RTCCodecStats(double timestamp, String id, int payloadType, String transportId, String mimeType, int clockRate,
        @Nullable Integer channels, @Nullable String sdpFmtpLine) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.CODEC;
    }
}
