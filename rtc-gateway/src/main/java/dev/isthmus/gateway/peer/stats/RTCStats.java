package dev.isthmus.gateway.peer.stats;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was counted of one thing (webrtc-pc, section 8.4). Members that are null do not hold for it. */
public sealed interface RTCStats permits RTCAudioSourceStats, RTCCertificateStats, RTCCodecStats, RTCDataChannelStats,
        RTCIceCandidatePairStats, RTCIceCandidateStats, RTCInboundRtpStreamStats, RTCOutboundRtpStreamStats, RTCPeerConnectionStats,
        RTCRemoteInboundRtpStreamStats, RTCRemoteOutboundRtpStreamStats, RTCTransportStats, RTCVideoSourceStats {
    /** Returns when it was counted, in milliseconds since 1970; of what the peer says, when that came. */
    double timestamp();

    /** Returns what it is about. */
    RTCStatsType type();

    /** Returns the name of the thing, which is the same in each report. */
    String id();

    /** Returns all members that hold, by the names of the specification. */
    default Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("timestamp", timestamp());
        members.put("type", type().toString());
        members.put("id", id());
        for (RecordComponent each : getClass().getRecordComponents()) {
            try {
                Object value = each.getAccessor().invoke(this);
                if (value != null) {
                    members.putIfAbsent(each.getName(), value);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e); // the accessors of a public record are there
            }
        }
        return members;
    }
}
