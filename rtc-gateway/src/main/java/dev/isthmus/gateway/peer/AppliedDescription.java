package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.gateway.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A description that was applied, with the candidates that have come since (RFC 9429, sections 4.1.13 to 4.1.16). The object that applications see
 * stays the same until something is added.
 */
final class AppliedDescription {
    final RTCSdpType type;
    /** What stands at the session level. */
    final SessionDescription parsed;
    final List<MediaSection> sections;
    private final List<Boolean> ended = new ArrayList<>();
    /** How many candidates were added, by media description. */
    private final int[] added;
    private RTCSessionDescription snapshot;

    /** Reads a description. */
    AppliedDescription(RTCSdpType type, String sdp) throws SdpProblem {
        SessionDescription all = SessionDescription.parse(sdp);
        this.type = type;
        this.parsed = all.sessionLevel();
        this.sections = MediaSection.of(all);
        this.snapshot = new RTCSessionDescription(type, sdp);
        this.added = new int[sections.size()];
        sections.forEach(s -> ended.add(s.transport().endOfCandidates()));
    }

    private AppliedDescription(RTCSdpType type, AppliedDescription other, List<MediaSection> sections) {
        this.type = type;
        this.parsed = other.parsed;
        this.sections = sections;
        this.snapshot = type == other.type ? other.snapshot : new RTCSessionDescription(type, other.snapshot.sdp());
        this.added = other.added.clone();
        ended.addAll(other.ended);
    }

    /** Returns the same description with another type. */
    AppliedDescription as(RTCSdpType another) {
        return another == type ? this : new AppliedDescription(another, this, sections);
    }

    /** Returns this answer with what it may leave out because the offer has said it; its text stays. */
    AppliedDescription completedBy(AppliedDescription offer) {
        return new AppliedDescription(type, this, sections.stream().map(s -> s.completedBy(offer.sections.get(s.index()))).toList());
    }

    /** Returns what applications see. */
    RTCSessionDescription snapshot() {
        return snapshot;
    }

    /** Adds a line to a media description, unless it is there. */
    private void add(int index, String line) {
        List<String> lines = new ArrayList<>(snapshot.sdp().lines().filter(l -> !l.isEmpty()).toList());
        int from = -1;
        for (int i = 0, section = -1; i < lines.size() && section < index; i++) {
            section += lines.get(i).startsWith("m=") ? 1 : 0;
            from = i;
        }
        int to = from + 1;
        while (to < lines.size() && !lines.get(to).startsWith("m=")) {
            to++;
        }
        if (!lines.subList(from, to).contains(line)) {
            lines.add(to, line);
            snapshot = new RTCSessionDescription(type, String.join("\r\n", lines) + "\r\n");
        }
    }

    /** Adds a candidate, from {@code candidate:} on, to a media description that has not too many. */
    void addCandidate(int index, String line) {
        if (added[index]++ < Transport.MOST_REMOTE) {
            add(index, "a=" + line);
        }
    }

    /** Says that a media description has no more candidates. */
    void endCandidates(int index) {
        if (!ended.get(index)) {
            ended.set(index, true);
            add(index, "a=end-of-candidates");
        }
    }

    /** Returns whether its writer takes candidates one by one. */
    boolean trickles() {
        return parsed.all("ice-options").stream().anyMatch(o -> List.of(o.value().split("[ ,]")).contains("trickle"))
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
