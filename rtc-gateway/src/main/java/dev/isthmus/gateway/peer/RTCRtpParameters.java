package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.List;

/**
 * What was negotiated for a sender or receiver (webrtc-pc, sections 5.2.2 to 5.2.6).
 *
 * @param transactionId of the parameters of a sender, which {@link RTCRtpSender#setParameters} wants back; empty for a receiver
 * @param encodings of a sender; none for a receiver
 * @param headerExtensions by URI and id
 * @param cname the canonical name, for a sender
 * @param reducedSize whether RTCP may be shorter than a compound packet
 * @param codecs with their payload types, the preferred one first
 */
public record RTCRtpParameters(String transactionId, List<RTCRtpEncodingParameters> encodings,
        List<HeaderExtensionParameters> headerExtensions,
        String cname, boolean reducedSize, List<CodecParameters> codecs) {
    /** A header extension and its id. */
    public record HeaderExtensionParameters(String uri, int id, boolean encrypted) {}

    /** A codec and its payload type. */
    public record CodecParameters(int payloadType, RTCRtpCodec codec) {
        static CodecParameters of(String kind, RtpFormat format) {
            return new CodecParameters(format.payloadType(), RTCRtpCodec.of(kind, format));
        }
    }

    /** Copies the lists. */
    public RTCRtpParameters {
        encodings = List.copyOf(encodings);
        headerExtensions = List.copyOf(headerExtensions);
        codecs = List.copyOf(codecs);
    }

    /** Returns the same with other encodings. */
    public RTCRtpParameters withEncodings(List<RTCRtpEncodingParameters> others) {
        return new RTCRtpParameters(transactionId, others, headerExtensions, cname, reducedSize, codecs);
    }
}
