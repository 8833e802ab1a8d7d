package dev.isthmus.gateway.sdp;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A codec as SDP names it (RFC 8866, section 6.6).
 *
 * @param kind audio or video
 * @param name the encoding name, as registered
 * @param payloadType 0 to 127
 * @param clockRate in Hz
 * @param channels for audio, else 1
 */
public record Codec(String kind, String name, int payloadType, int clockRate, int channels) {
    private static final List<Codec> KNOWN = List.of(new Codec("audio", "opus", 111, 48000, 2), new Codec("audio", "PCMU", 0, 8000, 1),
            new Codec("audio", "PCMA", 8, 8000, 1), new Codec("video", "VP8", 96, 90000, 1));

    /** Returns the codec of that name with another payload type, or null when the bridge does not know it. */
    public static @Nullable Codec named(String name, int payloadType) {
        for (Codec known : KNOWN) {
            if (known.name.equalsIgnoreCase(name)) {
                return new Codec(known.kind, known.name, payloadType, known.clockRate, known.channels);
            }
        }
        return null;
    }

    /** Returns the codec that a format of a media line stands for: by its rtpmap, or by RFC 3551's static numbers; null if unknown. */
    static @Nullable Codec offered(SdpMedia media, String format) {
        if (!format.matches("\\d{1,3}") || Integer.parseInt(format) > 127) {
            return null;
        }
        int payloadType = Integer.parseInt(format);
        String map = media.ofFormat("rtpmap", format);
        if (map == null) {
            return payloadType == 0 ? named("PCMU", 0) : payloadType == 8 ? named("PCMA", 8) : null;
        }
        String[] parts = map.split("/");
        Codec codec = parts.length == 0 ? null : named(parts[0], payloadType);
        boolean matches = codec != null && codec.kind.equals(media.kind()) && parts.length > 1
                && parts[1].equals(Integer.toString(codec.clockRate))
                && (codec.channels == 1 || parts.length > 2 && parts[2].equals(Integer.toString(codec.channels)));
        return matches ? codec : null;
    }

    /** Returns whether both are the same codec, whatever their payload types. */
    public boolean sameAs(Codec other) {
        return name.toLowerCase(Locale.ROOT).equals(other.name.toLowerCase(Locale.ROOT)) && clockRate == other.clockRate;
    }

    /** Returns the value of the rtpmap attribute. */
    public String rtpmap() {
        return payloadType + " " + name + "/" + clockRate + (channels > 1 ? "/" + channels : "");
    }
}
