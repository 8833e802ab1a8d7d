package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.gateway.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A description that was applied, with the candidates that have come since (RFC 9429, sections 4.1.13 to 4.1.16). The object that applications see
 * stays the same until something is added.
 */
final class AppliedDescription {
    final RTCSdpType type;
    final SessionDescription parsed;
    final List<MediaSection> sections;
    /** The lines of the session level, then those of each media description. */
    private final List<List<String>> levels = new ArrayList<>();
    private final List<Boolean> ended = new ArrayList<>();
    private @Nullable RTCSessionDescription snapshot;

    /** Reads a description. */
    AppliedDescription(RTCSdpType type, String sdp) throws SdpProblem {
        this.type = type;
        this.parsed = SessionDescription.parse(sdp);
        this.sections = MediaSection.of(parsed);
        this.snapshot = new RTCSessionDescription(type, sdp);
        levels.add(new ArrayList<>());
        for (String line : Arrays.asList(sdp.split("\r\n|\n|\r"))) {
            if (line.startsWith("m=")) {
                levels.add(new ArrayList<>());
            }
            if (!line.isEmpty()) {
                levels.get(levels.size() - 1).add(line);
            }
        }
        sections.forEach(s -> ended.add(s.transport().endOfCandidates()));
    }

    private AppliedDescription(RTCSdpType type, AppliedDescription other) {
        this.type = type;
        this.parsed = other.parsed;
        this.sections = other.sections;
        other.levels.forEach(l -> levels.add(new ArrayList<>(l)));
        ended.addAll(other.ended);
        this.snapshot = null;
    }

    /** Returns the same description with another type. */
    AppliedDescription as(RTCSdpType another) {
        return another == type ? this : new AppliedDescription(another, this);
    }

    /** Returns what applications see. */
    RTCSessionDescription snapshot() {
        RTCSessionDescription s = snapshot;
        if (s == null) {
            StringBuilder text = new StringBuilder();
            levels.forEach(level -> level.forEach(line -> text.append(line).append("\r\n")));
            s = new RTCSessionDescription(type, text.toString());
            snapshot = s;
        }
        return s;
    }

    /** Adds a candidate, from {@code candidate:} on, to a media description. */
    void addCandidate(int index, String line) {
        List<String> level = levels.get(index + 1);
        if (!level.contains("a=" + line)) {
            level.add("a=" + line);
            snapshot = null;
        }
    }

    /** Says that a media description has no more candidates. */
    void endCandidates(int index) {
        if (!ended.get(index)) {
            ended.set(index, true);
            levels.get(index + 1).add("a=end-of-candidates");
            snapshot = null;
        }
    }

    /** Returns whether its writer takes candidates one by one. */
    boolean trickles() {
        return parsed.all("ice-options").stream().anyMatch(o -> (" " + o.value() + " ").contains(" trickle "))
                || sections.stream().anyMatch(s -> s.transport().options().contains("trickle"));
    }

    /** Returns the media description with that mid, or null. */
    @Nullable
    MediaSection withMid(String mid) {
        return sections.stream().filter(s -> s.mid().equals(mid)).findFirst().orElse(null);
    }

    /** Returns the place of the media description that tells of the transport of a generation, or -1. */
    int ofGeneration(String ufrag) {
        for (MediaSection each : sections) {
            var credentials = each.transport().credentials();
            if (credentials != null && credentials.ufrag().equals(ufrag) && each.port() != 0) {
                return teller(each).index();
            }
        }
        return -1;
    }

    private MediaSection teller(MediaSection section) {
        for (List<String> group : parsed.bundles()) {
            MediaSection first = group.contains(section.mid()) ? withMid(group.get(0)) : null;
            if (first != null && first.port() != 0 && Objects.equals(first.transport().credentials(), section.transport().credentials())) {
                return first;
            }
        }
        return section;
    }
}
