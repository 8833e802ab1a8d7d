package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * A stream of ours (webrtc-stats, sections 8.1, 8.7 and 8.8). Nothing is encoded here: a picture counts as encoded when it was sent.
 *
 * @param ssrc the source
 * @param kind audio or video
 * @param transportId the transport that carries it
 * @param codecId its format
 * @param packetsSent repetitions included
 * @param bytesSent of payloads, those of repetitions included
 * @param headerBytesSent of headers
 * @param mediaSourceId the track
 * @param remoteId what the peer says of it
 * @param mid its media description
 * @param rid its encoding
 * @param active whether the encoding is sent
 * @param retransmittedBytesSent of payloads
 * @param framesEncoded pictures that were sent
 * @param framesSent pictures that were sent
 * @param nackCount requests of the peer for what it misses
 * @param pliCount requests of the peer for a picture that stands by itself
 */
public record RTCOutboundRtpStreamStats(double timestamp, String id, long ssrc, String kind, String transportId, @Nullable String codecId,
        long packetsSent, long bytesSent, long headerBytesSent, @Nullable String mediaSourceId, @Nullable String remoteId, String mid,
        @Nullable String rid, boolean active, long retransmittedPacketsSent, long retransmittedBytesSent, @Nullable Long framesEncoded,
        @Nullable Long framesSent, long nackCount, @Nullable Long pliCount) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.OUTBOUND_RTP;
    }
}
