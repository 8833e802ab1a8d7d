package dev.isthmus.gateway.sdp;

import org.jspecify.annotations.Nullable;
import java.util.ArrayList;
import java.util.List;

/** Writes descriptions: the session level, then each media description (RFC 9429, sections 5.2 and 5.3). */
public final class DescriptionWriter {
    /**
     * The session level.
     *
     * @param id of the origin, the same for all descriptions of a connection
     * @param version of the origin, which grows with each description
     * @param iceOptions words of {@code ice-options}
     * @param groups the values of {@code group} lines
     * @param identity the value of the {@code identity} line (RFC 8827, section 5), or null
     */
    public record Session(long id, long version, List<String> iceOptions, List<String> groups, @Nullable String identity) {}

    private DescriptionWriter() {}

    /** Returns the text. */
    public static String write(Session session, List<LocalSection> sections) {
        List<String> lines = new ArrayList<>();
        lines.add("v=0");
        lines.add("o=- " + session.id() + " " + session.version() + " IN IP4 0.0.0.0");
        lines.add("s=-");
        lines.add("t=0 0");
        session.groups().forEach(g -> lines.add("a=group:" + g));
        if (!session.iceOptions().isEmpty()) {
            lines.add("a=ice-options:" + String.join(" ", session.iceOptions()));
        }
        lines.add("a=msid-semantic: WMS *");
        if (session.identity() != null) {
            lines.add("a=identity:" + session.identity());
        }
        sections.forEach(s -> lines.addAll(s.lines()));
        return String.join("\r\n", lines) + "\r\n";
    }
}
