package dev.isthmus.gateway.peer.stats;

import dev.isthmus.gateway.peer.RTCDataChannelState;
import org.jspecify.annotations.Nullable;

/**
 * A data channel (webrtc-stats, section 8.15).
 *
 * @param dataChannelIdentifier its id
 * @param bytesSent of their payloads
 * @param bytesReceived of their payloads
 */
public record RTCDataChannelStats(double timestamp, String id, String label, String protocol, @Nullable Integer dataChannelIdentifier,
        RTCDataChannelState state, long messagesSent, long bytesSent, long messagesReceived, long bytesReceived) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.DATA_CHANNEL;
    }
}
