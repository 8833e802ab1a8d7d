package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * A candidate of ours or of the peer (webrtc-stats, section 8.17).
 *
 * @param address its address or name
 * @param protocol {@code udp} or {@code tcp}
 * @param candidateType {@code host}, {@code srflx}, {@code prflx} or {@code relay}
 * @param url of the server that gave it
 * @param relatedAddress what it was derived from
 */
public record RTCIceCandidateStats(double timestamp, RTCStatsType type, String id, String transportId, @Nullable String address,
        @Nullable Integer port, String protocol, String candidateType, long priority, @Nullable String url, String foundation,
        @Nullable String relatedAddress, @Nullable Integer relatedPort, @Nullable String tcpType) implements RTCStats {}
