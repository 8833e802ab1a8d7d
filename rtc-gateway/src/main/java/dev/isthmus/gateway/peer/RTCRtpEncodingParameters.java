package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/**
 * An encoding of what is sent (webrtc-pc, section 5.2.8).
 *
 * @param rid its identification, or null
 * @param active whether it is sent
 * @param maxBitrate in bit/s, or null
 * @param maxFramerate in frames a second, or null
 * @param scaleResolutionDownBy at least 1, or null
 */
public record RTCRtpEncodingParameters(@Nullable String rid, boolean active, @Nullable Long maxBitrate, @Nullable Double maxFramerate,
        @Nullable Double scaleResolutionDownBy) {
    /** Returns an encoding of which nothing is said but its name. */
    public static RTCRtpEncodingParameters of(@Nullable String rid) {
        return new RTCRtpEncodingParameters(rid, true, null, null, null);
    }

    RTCRtpEncodingParameters withActive(boolean sent) {
        return new RTCRtpEncodingParameters(rid, sent, maxBitrate, maxFramerate, scaleResolutionDownBy);
    }

    RTCRtpEncodingParameters withRid(@Nullable String another) {
        return new RTCRtpEncodingParameters(another, active, maxBitrate, maxFramerate, scaleResolutionDownBy);
    }

    RTCRtpEncodingParameters withScale(@Nullable Double scale) {
        return new RTCRtpEncodingParameters(rid, active, maxBitrate, maxFramerate, scale);
    }

    RTCRtpEncodingParameters forAudio() {
        return new RTCRtpEncodingParameters(rid, active, maxBitrate, null, null);
    }
}
