package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/**
 * A contributing source that was heard lately (webrtc-pc, section 5.3.2).
 *
 * @param timestamp when its last packet came, in milliseconds since 1970
 * @param source its number, unsigned
 * @param audioLevel how loud it was, from 0 to 1, or null when it does not say that (RFC 6464)
 * @param rtpTimestamp of that packet, unsigned
 */
public record RTCRtpContributingSource(double timestamp, long source, @Nullable Double audioLevel, long rtpTimestamp) {}
