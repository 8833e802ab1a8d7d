package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be sent and received (webrtc-pc, section 5.2.11).
 *
 * @param codecs in their order of preference
 * @param headerExtensions their URIs
 */
public record RTCRtpCapabilities(List<RTCRtpCodec> codecs, List<String> headerExtensions) {
    /** Returns those of a kind, or null when there is no such kind. */
    static @Nullable RTCRtpCapabilities of(String kind) {
        return RtpCapabilities.formats(kind).isEmpty()
                ? null
                : new RTCRtpCapabilities(RtpCapabilities.formats(kind).stream().map(f -> RTCRtpCodec.of(kind, f)).toList(),
                        RtpCapabilities.extensions(kind));
    }
}
