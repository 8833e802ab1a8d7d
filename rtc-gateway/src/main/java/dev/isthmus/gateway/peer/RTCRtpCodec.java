package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A codec (webrtc-pc, section 5.2.9).
 *
 * @param mimeType for instance {@code audio/opus}
 * @param clockRate in Hz
 * @param channels for audio with more than one, or null
 * @param sdpFmtpLine parameters as SDP has them, or null
 */
public record RTCRtpCodec(String mimeType, int clockRate, @Nullable Integer channels, @Nullable String sdpFmtpLine) {
    static RTCRtpCodec of(String kind, RtpFormat format) {
        return new RTCRtpCodec(kind + "/" + format.name(), format.clockRate(), format.channels() > 1 ? format.channels() : null,
                format.parameters().isEmpty() ? null : format.parameters());
    }

    boolean isFormat(String kind, RtpFormat format) {
        return mimeType.toLowerCase(Locale.ROOT).equals((kind + "/" + format.name()).toLowerCase(Locale.ROOT))
                && clockRate == format.clockRate() && (channels == null ? 1 : channels) == format.channels();
    }

    /** Returns the format that it stands for, under a payload type. */
    public RtpFormat format(int payloadType) {
        return new RtpFormat(payloadType, mimeType.substring(mimeType.indexOf('/') + 1), clockRate, channels == null ? 1 : channels,
                sdpFmtpLine == null ? "" : sdpFmtpLine, List.of());
    }

    /** Returns whether it repairs what another codec has lost, and is nothing by itself. */
    public boolean isRepair() {
        return mimeType.toLowerCase(Locale.ROOT).endsWith("/rtx");
    }
}
