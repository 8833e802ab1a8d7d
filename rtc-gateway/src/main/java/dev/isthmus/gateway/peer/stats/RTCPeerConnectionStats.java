package dev.isthmus.gateway.peer.stats;

/**
 * The connection (webrtc-stats, section 8.14).
 *
 * @param dataChannelsOpened that have been open
 * @param dataChannelsClosed that are so no more
 */
public record RTCPeerConnectionStats(double timestamp, String id, long dataChannelsOpened, long dataChannelsClosed) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.PEER_CONNECTION;
    }
}
