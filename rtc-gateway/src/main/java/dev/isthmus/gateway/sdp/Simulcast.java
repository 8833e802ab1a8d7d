package dev.isthmus.gateway.sdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The encodings of one source that are sent or received side by side (RFC 8853), by their rid (RFC 8851).
 *
 * @param send in order, each with its alternatives, the preferred one first
 * @param receive likewise
 */
public record Simulcast(List<List<Rid>> send, List<List<Rid>> receive) {
    /** Nothing is said of simulcast. */
    public static final Simulcast NONE = new Simulcast(List.of(), List.of());

    private static final String UNEXPLAINED = "\n";

    /**
     * An encoding.
     *
     * @param id 1 or more letters, digits, hyphens and underscores
     * @param restrictions as they were written, or an empty text
     * @param paused whether it is not sent until it is asked for
     */
    public record Rid(String id, String restrictions, boolean paused) {}

    /** Returns what a media description says. */
    static Simulcast of(SdpMedia media) throws SdpProblem {
        SdpAttribute line = media.attribute("simulcast");
        if (line == null) {
            return NONE;
        }
        Map<String, List<List<Rid>>> lists = new TreeMap<>();
        String[] parts = line.value().split(" ");
        for (int i = 0; i + 1 < parts.length; i += 2) {
            if (lists.put(parts[i], streams(media, line, parts[i], parts[i + 1])) != null) {
                throw new SdpProblem(line.line(), "simulcast says " + parts[i] + " twice");
            }
        }
        return new Simulcast(lists.getOrDefault("send", List.of()), lists.getOrDefault("recv", List.of()));
    }

    private static List<List<Rid>> streams(SdpMedia media, SdpAttribute line, String direction, String text) throws SdpProblem {
        List<List<Rid>> streams = new ArrayList<>();
        for (String stream : text.split(";", -1)) {
            List<Rid> alternatives = new ArrayList<>();
            for (String each : stream.split(",", -1)) {
                boolean paused = each.startsWith("~");
                alternatives.add(rid(media, line, direction, paused ? each.substring(1) : each, paused));
            }
            streams.add(List.copyOf(alternatives));
        }
        return List.copyOf(streams);
    }

    private static Rid rid(SdpMedia media, SdpAttribute line, String direction, String id, boolean paused) throws SdpProblem {
        if (!id.matches("[0-9A-Za-z_-]+")) {
            throw new SdpProblem(line.line(), "no rid is \"" + id + "\"");
        }
        for (SdpAttribute each : media.all("rid")) {
            String[] parts = each.value().split(" ", 3);
            if (parts[0].equals(id) && parts[1].equals(direction)) {
                return new Rid(id, parts.length > 2 ? parts[2] : "", paused);
            }
        }
        return new Rid(id, UNEXPLAINED, paused);
    }

    /** Returns an encoding that the simulcast line names and no rid line explains, or null. */
    public @Nullable String unexplained() {
        return Stream.concat(send.stream(), receive.stream()).flatMap(List::stream).filter(r -> r.restrictions().equals(UNEXPLAINED))
                .map(Rid::id).findFirst().orElse(null);
    }

    /** Returns what is sent of it when only these are wanted; nothing where that is not more than one. */
    public Simulcast only(List<String> wanted) {
        List<List<Rid>> left = send.stream().filter(alternatives -> wanted.contains(alternatives.get(0).id())).toList();
        return left.size() < 2 ? NONE : new Simulcast(left, List.of());
    }

    /** Returns the ids of what is sent, the preferred alternatives only. */
    public List<String> sendIds() {
        return send.stream().map(alternatives -> alternatives.get(0).id()).toList();
    }

    /** Returns the ids of what is received, the preferred alternatives only. */
    public List<String> receiveIds() {
        return receive.stream().map(alternatives -> alternatives.get(0).id()).toList();
    }

    /** Returns the lines, without line ends; none when there is nothing to say. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (boolean sending : new boolean[]{true, false}) {
            (sending ? send : receive).stream().flatMap(List::stream).forEach(rid -> lines.add(
                    "a=rid:" + rid.id() + (sending ? " send" : " recv") + (rid.restrictions().isEmpty() ? "" : " " + rid.restrictions())));
        }
        String text = (list("send", send) + list(" recv", receive)).trim();
        if (!text.isEmpty()) {
            lines.add("a=simulcast:" + text);
        }
        return lines;
    }

    private static String list(String direction, List<List<Rid>> streams) {
        return streams.isEmpty()
                ? ""
                : direction + " " + String.join(";", streams.stream().map(alternatives -> String.join(",",
                        alternatives.stream().map(rid -> (rid.paused() ? "~" : "") + rid.id()).toList())).toList());
    }

}
