package dev.isthmus.gateway.sdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The payload formats and header extensions that this side offers, in its own order of preference. Packets are carried and not decoded, so that
 * a format is here when what its transport asks for is done: retransmission, feedback, timestamps.
 */
public final class RtpCapabilities {
    /** The identification of the media description (RFC 9143, section 15). */
    public static final String MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
    /** The identification of the encoding (RFC 8852). */
    public static final String RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
    /** The identification of the encoding that a retransmission repairs (RFC 8852). */
    public static final String REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
    /** The level of the sound (RFC 6464). */
    public static final String AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    /** How the picture is turned (3GPP TS 26.114, section 7.4.5). */
    public static final String ORIENTATION = "urn:3gpp:video-orientation";
    /** When a packet was sent (webrtc.org/experiments/rtp-hdrext/abs-send-time). */
    public static final String ABSOLUTE_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
    /** The number of a packet in its transport (draft-holmer-rmcat-transport-wide-cc-extensions-01). */
    public static final String TRANSPORT_NUMBER = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
    private static final List<String> AUDIO_EXTENSIONS = List.of(MID, AUDIO_LEVEL, ABSOLUTE_SEND_TIME, TRANSPORT_NUMBER);
    private static final List<String> VIDEO_EXTENSIONS = List.of(MID, RID, REPAIRED_RID, ORIENTATION, ABSOLUTE_SEND_TIME, TRANSPORT_NUMBER);

    private static final List<String> AUDIO_FEEDBACK = List.of("transport-cc");
    private static final List<String> VIDEO_FEEDBACK = List.of("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli");
    private static final List<RtpFormat> AUDIO = List.of(new RtpFormat(111, "opus", 48000, 2, "minptime=10;useinbandfec=1", AUDIO_FEEDBACK),
            new RtpFormat(9, "G722", 8000, 1, "", List.of()), new RtpFormat(0, "PCMU", 8000, 1, "", List.of()),
            new RtpFormat(8, "PCMA", 8000, 1, "", List.of()), new RtpFormat(13, "CN", 8000, 1, "", List.of()),
            new RtpFormat(110, "telephone-event", 48000, 1, "0-15", List.of()),
            new RtpFormat(126, "telephone-event", 8000, 1, "0-15", List.of()));
    private static final List<RtpFormat> VIDEO = List.of(new RtpFormat(96, "VP8", 90000, 1, "", VIDEO_FEEDBACK),
            new RtpFormat(98, "VP9", 90000, 1, "profile-id=0", VIDEO_FEEDBACK), h264(102, 1, "42e01f"), h264(104, 0, "42e01f"),
            h264(106, 1, "42001f"), h264(108, 0, "42001f"), h264(112, 1, "640c1f"),
            new RtpFormat(97, "rtx", 90000, 1, "", List.of()));

    private RtpCapabilities() {}

    private static RtpFormat h264(int payloadType, int mode, String profile) {
        return new RtpFormat(payloadType, "H264", 90000, 1,
                "level-asymmetry-allowed=1;packetization-mode=" + mode + ";profile-level-id=" + profile, VIDEO_FEEDBACK);
    }

    /** Returns the formats of a kind under the payload types that are tried first. */
    public static List<RtpFormat> formats(String kind) {
        return kind.equals("audio") ? AUDIO : kind.equals("video") ? VIDEO : List.of();
    }

    /** Returns the header extensions of a kind. */
    public static List<String> extensions(String kind) {
        return kind.equals("audio") ? AUDIO_EXTENSIONS : kind.equals("video") ? VIDEO_EXTENSIONS : List.of();
    }

    /** Returns the repetitions of a format (RFC 4588, section 8.6), under the payload type that is tried first. */
    public static RtpFormat repairsOf(RtpFormat format) {
        return new RtpFormat(Math.min(format.payloadType() + 1, 127), "rtx", format.clockRate(), 1, "apt=" + format.payloadType(),
                List.of());
    }

    /** Returns what this side makes of a format of the peer's: its payload type and parameters, our feedback; null when there is none. */
    public static @Nullable RtpFormat match(String kind, RtpFormat theirs) {
        for (RtpFormat ours : formats(kind)) {
            if (same(ours, theirs)) {
                List<String> feedback = ours.feedback().stream().filter(theirs.feedback()::contains).toList();
                return new RtpFormat(theirs.payloadType(), theirs.name(), theirs.clockRate(), theirs.channels(), theirs.parameters(),
                        feedback);
            }
        }
        return null;
    }

    /** Returns whether packets of one format are packets of the other: level and bit rate may differ, what a decoder must know may not. */
    public static boolean same(RtpFormat a, RtpFormat b) {
        boolean channels = a.channels() == b.channels() || a.is("opus"); // has two by definition, and GStreamer may not say so
        if (!a.is(b.name()) || a.clockRate() != b.clockRate() || !channels) {
            return false;
        }
        return switch (a.name().toUpperCase(Locale.ROOT)) {
            case "H264" -> mode(a) == mode(b) && Objects.equals(profile(a), profile(b));
            case "VP9" -> Objects.requireNonNullElse(a.parameter("profile-id"), "0")
                    .equals(Objects.requireNonNullElse(b.parameter("profile-id"), "0"));
            case "RTX" -> a.repeats() == b.repeats();
            default -> true;
        };
    }

    /**
     * Returns the formats of an answer with what they may leave out: H.264 has the profile that was offered under the same payload type, since
     * both sides must use the same (RFC 6184, section 8.2.2); only without an offer is it the default of section 8.1.
     */
    public static List<RtpFormat> completed(List<RtpFormat> answered, List<RtpFormat> offered) {
        return answered.stream().map(a -> offered.stream().filter(o -> leavesOutProfileOf(a, o)).findFirst()
                .map(o -> a.with("profile-level-id", Objects.requireNonNull(o.parameter("profile-level-id")))).orElse(a)).toList();
    }

    private static boolean leavesOutProfileOf(RtpFormat answer, RtpFormat offer) {
        return answer.is("H264") && offer.is("H264") && answer.payloadType() == offer.payloadType()
                && answer.parameter("profile-level-id") == null && offer.parameter("profile-level-id") != null;
    }

    private static int mode(RtpFormat format) {
        return "1".equals(format.parameter("packetization-mode")) ? 1 : 0;
    }

    /** The profile with its constraints, without the level (RFC 6184, section 8.1); 42 with bit 1 of the constraints is constrained baseline. */
    private static String profile(RtpFormat format) {
        String id = Objects.requireNonNullElse(format.parameter("profile-level-id"), "42000a").toLowerCase(Locale.ROOT);
        if (!id.matches("[0-9a-f]{6}")) {
            return id;
        }
        int profile = Integer.parseInt(id.substring(0, 2), 16);
        int constraints = Integer.parseInt(id.substring(2, 4), 16);
        boolean constrained = (profile == 0x42 || profile == 0x4d) && (constraints & (profile == 0x42 ? 0x40 : 0x80)) != 0;
        return constrained ? "constrained-baseline" : profile + "/" + (constraints & 0x0c);
    }

    /** Returns those of the peer's formats that are taken, in its order, and then the repetitions of those. */
    public static List<RtpFormat> matching(String kind, List<RtpFormat> theirs) {
        List<RtpFormat> taken = new ArrayList<>();
        for (RtpFormat each : theirs) {
            RtpFormat ours = each.is("rtx") ? null : match(kind, each);
            if (ours != null) {
                taken.add(ours);
            }
        }
        boolean repeats = formats(kind).stream().anyMatch(f -> f.is("rtx"));
        theirs.stream().filter(f -> repeats && f.is("rtx") && taken.stream().anyMatch(t -> t.payloadType() == f.repeats()))
                .forEach(taken::add);
        return taken;
    }

    /** Returns whether it is something one can listen to or look at by itself: no retransmission, no noise, no tones. */
    public static boolean isPrimary(RtpFormat format) {
        return !format.is("rtx") && !format.is("CN") && !format.is("telephone-event") && !format.is("red") && !format.is("ulpfec");
    }
}
