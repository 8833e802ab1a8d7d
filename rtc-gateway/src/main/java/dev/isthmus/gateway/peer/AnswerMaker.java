package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.HeaderExtension;
import dev.isthmus.gateway.sdp.HeaderIds;
import dev.isthmus.gateway.sdp.LocalSection;
import dev.isthmus.gateway.sdp.MediaDirection;
import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.gateway.sdp.Simulcast;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes answers to the remote offer that is pending (RFC 9429, section 5.3). Under the connection's lock. */
final class AnswerMaker {
    private final PeerState state;
    private final SectionWriter writer;

    AnswerMaker(PeerState state) {
        this.state = state;
        this.writer = new SectionWriter(state);
    }

    DescriptionPlan make() {
        AppliedDescription offer = Objects.requireNonNull(state.offer());
        List<Section> accepted = accepted(offer);
        Map<Transport, IceCredentials> credentials = new LinkedHashMap<>();
        for (int i = 0; i < accepted.size(); i++) {
            Transport t = accepted.get(i).transport();
            if (t != null && !credentials.containsKey(t)) {
                credentials.put(t,
                        restarts(t, tagged(offer, offer.sections.get(i))) ? IceCredentials.random(state.host.random()) : t.local);
            }
        }
        List<String> groups = groups(offer, accepted);
        List<LocalSection> written = new ArrayList<>();
        Map<Transport, String> tellers = SectionWriter.tellers(accepted, groups);
        Map<Transport, Map<Integer, String>> extensionIds = new HashMap<>();
        Map<Transport, String> tlsIds = new HashMap<>(); // of the associations that follow
        for (int i = 0; i < accepted.size(); i++) {
            Transport t = accepted.get(i).transport();
            if (t != null && t.wouldBeginAnew(tagged(offer, offer.sections.get(i)))) {
                tlsIds.computeIfAbsent(t, k -> state.host.random().token(32));
            }
        }
        for (int i = 0; i < accepted.size(); i++) {
            written.add(write(offer, i, accepted.get(i), credentials, tellers, extensionIds, tlsIds));
        }
        List<String> options = offer.sections.stream().flatMap(s -> s.transport().options().stream())
                .filter(o -> o.equals("trickle") || o.equals("ice2")).distinct().toList();
        return new DescriptionPlan(writer.write(options, groups, written), List.copyOf(accepted), credentials, tlsIds, state.revision);
    }

    private static boolean restarts(Transport t, MediaSection.Transport theirs) {
        return t.remote != null && !t.remote.equals(theirs.credentials());
    }

    /** Returns what is said of the transport of a media description: by itself, or by the first of its BUNDLE. */
    static MediaSection.Transport tagged(AppliedDescription offer, MediaSection section) {
        for (List<String> group : offer.parsed.bundles()) {
            MediaSection first = group.contains(section.mid()) ? offer.withMid(group.get(0)) : null;
            if (first != null) {
                return first.transport();
            }
        }
        return section.transport();
    }

    /** The media descriptions, without a transport where they are refused. */
    private List<Section> accepted(AppliedDescription offer) {
        List<Section> accepted = new ArrayList<>();
        for (MediaSection each : offer.sections) {
            Section section = state.offered.get(each.index());
            accepted.add(refused(offer, each, section) ? section.with(null) : section);
        }
        for (List<String> group : offer.parsed.bundles()) {
            boolean gone = !group.isEmpty() && accepted.stream().anyMatch(s -> s.mid().equals(group.get(0)) && s.transport() == null);
            if (gone) { // the whole group goes with the one that tells its transport (RFC 9143)
                accepted.replaceAll(s -> group.contains(s.mid()) ? s.with(null) : s);
            }
        }
        return accepted;
    }

    private boolean refused(AppliedDescription offer, MediaSection offered, Section section) {
        RTCRtpTransceiver t = section.transceiver();
        if (section.transport() == null || offered.rejected()
                || (t == null ? !offered.isData() || !state.host.takesData() : t.stopped || !offered.isMedia())) {
            return true;
        }
        if (t != null && codecs(t, offered).stream().noneMatch(RtpCapabilities::isPrimary)) {
            return true;
        }
        MediaSection first = switch (state.configuration.bundlePolicy()) {
            case MAX_BUNDLE -> firstOf(offer, null);
            case BALANCED -> firstOf(offer, offered.kind());
            case MAX_COMPAT -> offered;
        };
        return first != null && first != offered
                && offer.parsed.bundles().stream().noneMatch(g -> g.contains(offered.mid()) && g.contains(first.mid()));
    }

    private static @Nullable MediaSection firstOf(AppliedDescription offer, @Nullable String kind) {
        return offer.sections.stream().filter(s -> !s.rejected() && (kind == null || kind.equals(s.kind()))).findFirst().orElse(null);
    }

    private static List<String> groups(AppliedDescription offer, List<Section> accepted) {
        List<String> groups = new ArrayList<>();
        for (List<String> group : offer.parsed.bundles()) {
            List<String> left = group.stream().filter(m -> accepted.stream().anyMatch(s -> s.mid().equals(m) && s.transport() != null))
                    .toList();
            if (!left.isEmpty()) {
                groups.add("BUNDLE " + String.join(" ", left));
            }
        }
        groups.addAll(lipSync(offer, accepted));
        return groups;
    }

    /** A group of the offer stays when two of its media descriptions send one stream of ours, or none. */
    private static List<String> lipSync(AppliedDescription offer, List<Section> accepted) {
        List<String> groups = new ArrayList<>();
        List<String> ours = SectionWriter.lipSync(accepted);
        for (String value : offer.parsed.all("group").stream().map(g -> g.value()).filter(v -> v.startsWith("LS ")).toList()) {
            List<String> mids = List.of(value.substring(3).split(" "));
            List<String> silent = mids.stream().filter(m -> accepted.stream().anyMatch(s -> s.mid().equals(m) && s.transport() != null
                    && s.transceiver() != null && s.transceiver().sender.streamIds.isEmpty())).toList();
            List<String> common = ours.stream().map(g -> List.of(g.substring(3).split(" ")).stream().filter(mids::contains).toList())
                    .filter(g -> g.size() > 1).findFirst().orElse(silent);
            if (common.size() > 1) {
                groups.add("LS " + String.join(" ", common));
            }
        }
        return groups;
    }

    private LocalSection write(AppliedDescription offer, int index, Section section, Map<Transport, IceCredentials> credentials,
            Map<Transport, String> tellers, Map<Transport, Map<Integer, String>> extensionIds, Map<Transport, String> tlsIds) {
        MediaSection offered = offer.sections.get(index);
        RTCRtpTransceiver t = section.transceiver();
        Transport transport = section.transport();
        if (transport == null) {
            return SectionWriter.rejected(offered.kind(), offered.protocol(), offered.formats(), offered.mid());
        }
        MediaSection.Transport theirs = tagged(offer, offered);
        LocalSection.Rtcp rtcp = t == null ? LocalSection.Rtcp.NONE : new LocalSection.Rtcp(!theirs.rtcpMux(), false, theirs.reducedSize());
        LocalSection.Transport reached = writer.transport(transport, Objects.requireNonNull(credentials.get(transport)),
                setup(transport, theirs) ? "active" : "passive", rtcp, section.mid().equals(tellers.get(transport)))
                .withTlsId(tlsIds.getOrDefault(transport, transport.tlsId));
        if (t == null) {
            return SectionWriter.data(offered.protocol(), offered.mid(), LocalSection.State.OPEN, reached);
        }
        MediaDirection direction = offered.direction().reversed().and(t.direction);
        List<HeaderExtension> extensions = HeaderIds.answer(offered, extensionIds.computeIfAbsent(transport, k -> new HashMap<>()));
        LocalSection.Media media = writer.media(t, direction, codecs(t, offered), extensions, simulcast(t, offered, direction));
        return new LocalSection(offered.kind(), offered.protocol(), List.of(), offered.mid(), LocalSection.State.OPEN, media, null, reached,
                theirs.rtcpMux());
    }

    /** Returns whether this side is the client of DTLS: it stays what it is, else it is what the peer is not. */
    static boolean setup(Transport transport, MediaSection.Transport theirs) {
        Boolean present = transport.client;
        return switch (theirs.setup()) {
            case "active" -> false;
            case "passive" -> true;
            default -> present == null || transport.wouldBeginAnew(theirs) || present;
        };
    }

    private static Simulcast simulcast(RTCRtpTransceiver t, MediaSection offered, MediaDirection direction) {
        List<String> wanted = offered.simulcast().receiveIds(); // of several encodings that are offered one is taken: the first
        return direction.sends() ? SectionWriter.sending(t).only(wanted) : Simulcast.NONE;
    }

    /** What both know: in the order of the application where it has one, else in that of the offer. */
    private static List<RtpFormat> codecs(RTCRtpTransceiver t, MediaSection offered) {
        List<RtpFormat> common = RtpCapabilities.matching(t.kind, offered.codecs());
        if (t.preferences.isEmpty()) {
            return common;
        }
        List<RtpFormat> preferred = new ArrayList<>();
        t.preferences.forEach(p -> common.stream().filter(c -> !c.is("rtx") && RtpCapabilities.same(c, p)).forEach(preferred::add));
        if (t.preferences.stream().anyMatch(p -> p.is("rtx"))) {
            common.stream().filter(c -> preferred.stream().anyMatch(p -> p.payloadType() == c.repeats())).toList().forEach(preferred::add);
        }
        return preferred;
    }
}
