package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.Nullable;

/**
 * A stream of the peer (webrtc-stats, sections 8.1, 8.3 and 8.4). Nothing is decoded here: a picture counts as decoded when it was handed on whole,
 * and as dropped when something of it stayed away.
 *
 * @param ssrc the source
 * @param kind audio or video
 * @param transportId the transport that carries it
 * @param codecId its format
 * @param packetsReceived repetitions by a stream of repairs included
 * @param packetsLost by the numbers of its packets; negative when more came than were sent
 * @param jitter in seconds
 * @param trackIdentifier the id of the track
 * @param mid its media description
 * @param remoteId what the peer says of it
 * @param framesReceived pictures that came whole
 * @param framesDecoded pictures that were handed on whole
 * @param framesDropped pictures of which something stayed away
 * @param nackCount requests for what was missing
 * @param pliCount requests for a picture that stands by itself
 * @param bytesReceived of payloads
 * @param headerBytesReceived of headers and padding
 * @param packetsDiscarded 0: what comes is handed on at once
 * @param retransmittedPacketsReceived by a stream of repairs
 * @param retransmittedBytesReceived of payloads
 * @param totalAudioEnergy where packets say how loud they are (RFC 6464)
 * @param totalSamplesDuration of sound, in seconds
 * @param lastPacketReceivedTimestamp in milliseconds since 1970
 */
public record RTCInboundRtpStreamStats(double timestamp, String id, long ssrc, String kind, String transportId, @Nullable String codecId,
        long packetsReceived, long packetsLost, double jitter, String trackIdentifier, @Nullable String mid, @Nullable String remoteId,
        @Nullable Long framesReceived, @Nullable Long framesDecoded, @Nullable Long framesDropped, long nackCount, @Nullable Long pliCount,
        long bytesReceived, long headerBytesReceived, long packetsDiscarded, long retransmittedPacketsReceived,
        long retransmittedBytesReceived, @Nullable Double totalAudioEnergy, @Nullable Double totalSamplesDuration,
        double lastPacketReceivedTimestamp) implements RTCStats {
    @Override
    public RTCStatsType type() {
        return RTCStatsType.INBOUND_RTP;
    }
}
