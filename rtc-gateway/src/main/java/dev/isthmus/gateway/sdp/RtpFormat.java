package dev.isthmus.gateway.sdp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A payload type of a media description and all that is said of it.
 *
 * @param payloadType 0 to 127
 * @param name the encoding name (RFC 8866, section 6.6), in its own spelling; it is compared without regard to case
 * @param clockRate in Hz
 * @param channels for audio, else 1
 * @param parameters of {@code fmtp}, as they were written; empty without any
 * @param feedback of {@code rtcp-fb} (RFC 4585, section 4.2), for instance {@code nack pli}; what is said of all formats included
 */
public record RtpFormat(int payloadType, String name, int clockRate, int channels, String parameters, List<String> feedback) {
    private static final int LAST = 127;
    private static final Map<Integer, RtpFormat> STATIC = Map.of(0, fixed(0, "PCMU", 8000), 3, fixed(3, "GSM", 8000), 4,
            fixed(4, "G723", 8000), 8, fixed(8, "PCMA", 8000), 9, fixed(9, "G722", 8000), 13, fixed(13, "CN", 8000), 15,
            fixed(15, "G728", 8000), 18, fixed(18, "G729", 8000));

    private static RtpFormat fixed(int payloadType, String name, int clockRate) {
        return new RtpFormat(payloadType, name, clockRate, 1, "", List.of());
    }

    /** Returns the formats of a media line in its order; those that have neither a name nor a number of RFC 3551 are left out. */
    static List<RtpFormat> of(SdpMedia media) throws SdpProblem {
        Map<Integer, SdpAttribute> maps = byPayloadType(media, "rtpmap");
        Map<Integer, SdpAttribute> parameters = byPayloadType(media, "fmtp");
        List<RtpFormat> formats = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (String each : media.formats()) {
            if (!each.matches("[0-9]{1,3}") || Integer.parseInt(each) > LAST) {
                throw new SdpProblem(media.line(), "a format of RTP must be a payload type from 0 to 127");
            }
            int payloadType = Integer.parseInt(each);
            if (!seen.add(payloadType)) {
                throw new SdpProblem(media.line(), "payload type " + payloadType + " stands on the line twice");
            }
            SdpAttribute map = maps.get(payloadType);
            RtpFormat named = map == null ? STATIC.get(payloadType) : mapped(payloadType, map);
            SdpAttribute fmtp = parameters.get(payloadType);
            if (named != null) {
                formats.add(new RtpFormat(payloadType, named.name, named.clockRate, named.channels,
                        fmtp == null ? "" : afterSpace(fmtp.value()), feedback(media, each)));
            }
        }
        return formats;
    }

    private static Map<Integer, SdpAttribute> byPayloadType(SdpMedia media, String name) throws SdpProblem {
        Map<Integer, SdpAttribute> found = new LinkedHashMap<>();
        for (SdpAttribute attribute : media.all(name)) {
            String first = attribute.value().substring(0, attribute.value().indexOf(' '));
            if (first.matches("[0-9]{1,3}") && found.putIfAbsent(Integer.parseInt(first), attribute) != null && name.equals("rtpmap")) {
                throw new SdpProblem(attribute.line(), "payload type " + first + " is mapped a second time");
            }
        }
        return found;
    }

    private static RtpFormat mapped(int payloadType, SdpAttribute map) throws SdpProblem {
        String[] parts = afterSpace(map.value()).split("/");
        long clockRate = Long.parseLong(parts[1]);
        if (clockRate == 0 || clockRate > Integer.MAX_VALUE) {
            throw new SdpProblem(map.line(), "a clock rate must be 1 to 2147483647");
        }
        boolean counted = parts.length > 2 && parts[2].matches("[1-9][0-9]{0,2}");
        return new RtpFormat(payloadType, parts[0], (int) clockRate, counted ? Integer.parseInt(parts[2]) : 1, "", List.of());
    }

    private static List<String> feedback(SdpMedia media, String format) {
        return media.all("rtcp-fb").stream().map(SdpAttribute::value)
                .filter(value -> value.startsWith(format + " ") || value.startsWith("* ")).map(RtpFormat::afterSpace).distinct().toList();
    }

    private static String afterSpace(String value) {
        return value.substring(value.indexOf(' ') + 1).trim();
    }

    /** Returns whether the name is that one. */
    public boolean is(String encoding) {
        return name.equalsIgnoreCase(encoding);
    }

    /** Returns a parameter's value, an empty text for one without a value, or null; names are compared without regard to case. */
    public @Nullable String parameter(String wanted) {
        for (String each : parameters.split(";")) {
            String[] parts = each.trim().split("=", 2);
            if (parts[0].toLowerCase(Locale.ROOT).equals(wanted.toLowerCase(Locale.ROOT))) {
                return parts.length == 1 ? "" : parts[1];
            }
        }
        return null;
    }

    /** Returns the payload type that a format of retransmissions repeats (RFC 4588, section 8.1), or -1. */
    public int repeats() {
        String apt = is("rtx") ? parameter("apt") : null;
        return Objects.requireNonNullElse(apt, "").matches("[0-9]{1,3}") ? Integer.parseInt(Objects.requireNonNull(apt)) : -1;
    }

    /** Returns the same format under another payload type. */
    public RtpFormat as(int another) {
        return new RtpFormat(another, name, clockRate, channels, parameters, feedback);
    }

    /** Returns the same format with another parameter. */
    RtpFormat with(String parameter, String value) {
        String more = parameters.isEmpty() ? parameter + "=" + value : parameters + ";" + parameter + "=" + value;
        return new RtpFormat(payloadType, name, clockRate, channels, more, feedback);
    }

    /** Returns the lines that say all this, without line ends. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("a=rtpmap:" + payloadType + " " + name + "/" + clockRate + (channels > 1 ? "/" + channels : ""));
        feedback.forEach(each -> lines.add("a=rtcp-fb:" + payloadType + " " + each));
        if (!parameters.isEmpty()) {
            lines.add("a=fmtp:" + payloadType + " " + parameters);
        }
        return lines;
    }
}
