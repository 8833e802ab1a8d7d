package dev.isthmus.gateway.sdp;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session description (RFC 8866) as it was read: every attribute, known or not, with the number of its line. */
public final class SessionDescription {
    private final String origin;
    private final List<SdpAttribute> attributes;
    private final List<SdpMedia> media;

    SessionDescription(String origin, List<SdpAttribute> attributes, List<SdpMedia> media) {
        this.origin = origin;
        this.attributes = List.copyOf(attributes);
        this.media = List.copyOf(media);
    }

    /** Reads a description; the exception names the line that is malformed, out of place or missing. */
    public static SessionDescription parse(String text) throws SdpProblem {
        return SdpReader.read(text);
    }

    /** Returns the same without media descriptions. */
    public SessionDescription sessionLevel() {
        return new SessionDescription(origin, attributes, List.of());
    }

    /** Returns the value of the {@code o=} line. */
    public String origin() {
        return origin;
    }

    /** Returns the media descriptions in order. */
    public List<SdpMedia> media() {
        return media;
    }

    /** Returns the first session-level value of an attribute, or null. */
    public @Nullable String value(String name) {
        return attributes.stream().filter(a -> a.name().equals(name)).map(SdpAttribute::value).findFirst().orElse(null);
    }

    /** Returns the value at media level, or else at session level, or null. */
    public @Nullable String value(SdpMedia m, String name) {
        String own = m.value(name);
        return own == null ? value(name) : own;
    }

    /** Returns every session-level attribute of that name. */
    public List<SdpAttribute> all(String name) {
        return attributes.stream().filter(a -> a.name().equals(name)).toList();
    }

    /** Returns the attributes at media level, or else at session level. */
    public List<SdpAttribute> all(SdpMedia m, String name) {
        List<SdpAttribute> own = m.all(name);
        return own.isEmpty() ? all(name) : own;
    }

    /** Returns the mids of every BUNDLE group (RFC 9143). */
    public List<List<String>> bundles() {
        return all("group").stream().map(SdpAttribute::value).filter(v -> v.startsWith("BUNDLE"))
                .map(v -> Arrays.stream(v.substring("BUNDLE".length()).trim().split(" +")).filter(m -> !m.isEmpty()).toList()).toList();
    }

    /** Returns the mids of the first BUNDLE group (RFC 9143), or an empty list. */
    public List<String> bundle() {
        for (SdpAttribute group : all("group")) {
            if (group.value().startsWith("BUNDLE")) {
                return Arrays.stream(group.value().substring("BUNDLE".length()).trim().split(" +")).filter(m -> !m.isEmpty()).toList();
            }
        }
        return List.of();
    }
}
