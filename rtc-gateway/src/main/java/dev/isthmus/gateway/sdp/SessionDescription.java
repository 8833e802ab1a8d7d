package dev.isthmus.gateway.sdp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A parsed session description (RFC 8866): session-level attributes and media descriptions, with line numbers. */
public final class SessionDescription {
    private static final int LARGEST = 128 * 1024;
    private static final int MAX_FORMATS = 128;
    private static final int MAX_ATTRIBUTES = 2000;
    private static final int MAX_MEDIA = 128;
    private static final Set<Character> TYPES = Set.of('v', 'o', 's', 'i', 'u', 'e', 'p', 'c', 'b', 't', 'r', 'z', 'k', 'a', 'm');

    private final List<SdpAttribute> attributes = new ArrayList<>();
    private final List<SdpMedia> media = new ArrayList<>();

    private SessionDescription() {}

    /** Parses a description; the exception names the line. */
    public static SessionDescription parse(String text) throws SdpProblem {
        if (text.length() > LARGEST) {
            throw new SdpProblem(0, "the description is longer than " + LARGEST + " characters");
        }
        SessionDescription description = new SessionDescription();
        String[] lines = text.split("\r\n|\n|\r", -1);
        int count = lines.length;
        while (count > 0 && lines[count - 1].isEmpty()) {
            count--;
        }
        if (count == 0) {
            throw new SdpProblem(1, "the description is empty");
        }
        if (!lines[0].equals("v=0")) {
            throw new SdpProblem(1, "the first line must be v=0");
        }
        for (int i = 1; i < count; i++) {
            description.line(lines[i], i + 1);
        }
        return description;
    }

    private void line(String line, int number) throws SdpProblem {
        if (line.length() < 2 || line.charAt(1) != '=') {
            throw new SdpProblem(number, "a line must be a letter, an equals sign and a value");
        }
        char type = line.charAt(0);
        if (!TYPES.contains(type)) {
            throw new SdpProblem(number, "unknown line type '" + type + "'");
        }
        String value = line.substring(2);
        if (type == 'm') {
            media.add(media(value, number));
        } else if (type == 'a') {
            int colon = value.indexOf(':');
            SdpAttribute attribute = colon < 0
                    ? new SdpAttribute(value, "", number)
                    : new SdpAttribute(value.substring(0, colon), value.substring(colon + 1), number);
            List<SdpAttribute> level = media.isEmpty() ? attributes : media.get(media.size() - 1).attributes;
            if (level.size() >= MAX_ATTRIBUTES) {
                throw new SdpProblem(number, "more than " + MAX_ATTRIBUTES + " attributes at one level");
            }
            level.add(attribute);
        }
    }

    private SdpMedia media(String value, int number) throws SdpProblem {
        String[] fields = value.trim().split(" +");
        if (fields.length < 4) {
            throw new SdpProblem(number, "a media line must be m=kind port protocol format…");
        }
        String port = fields[1].contains("/") ? fields[1].substring(0, fields[1].indexOf('/')) : fields[1];
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            throw new SdpProblem(number, "the port of a media line must be 0 to 65535");
        }
        if (fields.length - 3 > MAX_FORMATS) {
            throw new SdpProblem(number, "more than " + MAX_FORMATS + " formats");
        }
        if (media.size() >= MAX_MEDIA) {
            throw new SdpProblem(number, "more than " + MAX_MEDIA + " media lines");
        }
        return new SdpMedia(fields[0], Integer.parseInt(port), fields[2], Arrays.asList(fields).subList(3, fields.length), number);
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
