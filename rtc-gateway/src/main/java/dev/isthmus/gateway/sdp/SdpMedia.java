package dev.isthmus.gateway.sdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A media description: an {@code m=} line and the attributes that follow it. */
public final class SdpMedia {
    private final String kind;
    private final int port;
    private final String protocol;
    private final List<String> formats;
    private final int line;
    final List<SdpAttribute> attributes = new ArrayList<>();
    final List<String> bandwidths = new ArrayList<>();

    SdpMedia(String kind, int port, String protocol, List<String> formats, int line) {
        this.kind = kind;
        this.port = port;
        this.protocol = protocol;
        this.formats = List.copyOf(formats);
        this.line = line;
    }

    /** Returns audio, video, application or another word. */
    public String kind() {
        return kind;
    }

    /** Returns the port; 0 means refused, or bundled when {@code bundle-only} is there. */
    public int port() {
        return port;
    }

    /** Returns the transport protocol. */
    public String protocol() {
        return protocol;
    }

    /** Returns the formats, payload types for RTP. */
    public List<String> formats() {
        return formats;
    }

    /** Returns the values of the {@code b=} lines. */
    public List<String> bandwidths() {
        return List.copyOf(bandwidths);
    }

    /** Returns the number of the {@code m=} line. */
    public int line() {
        return line;
    }

    /** Returns the first value of an attribute, or null. */
    public @Nullable String value(String name) {
        SdpAttribute found = attribute(name);
        return found == null ? null : found.value();
    }

    /** Returns the first attribute of that name, or null. */
    public @Nullable SdpAttribute attribute(String name) {
        return attributes.stream().filter(a -> a.name().equals(name)).findFirst().orElse(null);
    }

    /** Returns every attribute of that name. */
    public List<SdpAttribute> all(String name) {
        return attributes.stream().filter(a -> a.name().equals(name)).toList();
    }

    /** Returns whether the attribute is there. */
    public boolean has(String name) {
        return attribute(name) != null;
    }

    /** Returns the value {@code attribute:format rest} for a format, or null. */
    public @Nullable String ofFormat(String name, String format) {
        return all(name).stream().map(SdpAttribute::value).filter(v -> v.startsWith(format + " "))
                .map(v -> v.substring(format.length() + 1).trim()).findFirst().orElse(null);
    }

    /** Returns the media identification (RFC 5888), or an empty text. */
    public String mid() {
        return Objects.requireNonNullElse(value("mid"), "");
    }

    /** Returns sendrecv, sendonly, recvonly or inactive. */
    public String direction() {
        for (String direction : List.of("sendonly", "recvonly", "inactive")) {
            if (has(direction)) {
                return direction;
            }
        }
        return "sendrecv";
    }
}
