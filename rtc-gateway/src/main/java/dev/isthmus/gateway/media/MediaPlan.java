package dev.isthmus.gateway.media;

import dev.isthmus.gateway.sdp.HeaderExtension;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.List;
import java.util.Map;

/**
 * What a transport sends and receives.
 *
 * @param lines its media descriptions
 * @param reducedSize whether RTCP may be shorter than a compound packet
 * @param mostBitrate how much video the peer's description takes, in bit/s, or 0 when it names no limit
 */
public record MediaPlan(List<Line> lines, boolean reducedSize, long mostBitrate) {
    /** Nothing. */
    public static final MediaPlan NONE = new MediaPlan(List.of(), false, 0);

    /**
     * A media description.
     *
     * @param mid its identification
     * @param receives the formats that may come; none when nothing is received
     * @param sends the formats that the peer takes, the preferred one first; none when nothing is sent
     * @param extensions by the ids that were negotiated
     * @param remoteSources the SSRCs that the peer has named
     * @param repairs which of them repair which others
     * @param in where what is received goes
     * @param out where what is sent comes from
     */
    public record Line(String mid, List<RtpFormat> receives, List<RtpFormat> sends, List<HeaderExtension> extensions,
            List<Integer> remoteSources, Map<Integer, Integer> repairs, MediaReceiver in, MediaSender out) {
        /** Returns the id of an extension, or 0 when it was not negotiated. */
        public int extension(String uri) {
            for (HeaderExtension each : extensions) {
                if (each.uri().equals(uri)) {
                    return each.id();
                }
            }
            return 0;
        }
    }
}
