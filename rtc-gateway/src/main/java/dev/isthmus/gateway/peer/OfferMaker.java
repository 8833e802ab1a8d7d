package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.HeaderExtension;
import dev.isthmus.gateway.sdp.LocalSection;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.gateway.sdp.SdpAttribute;
import dev.isthmus.gateway.sdp.Simulcast;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes offers (RFC 9429, section 5.2). Under the connection's lock. */
final class OfferMaker {
    private static final String PROTOCOL = "UDP/TLS/RTP/SAVPF";
    private final PeerState state;
    private final TransportEvents events;
    private final SectionWriter writer;

    OfferMaker(PeerState state, TransportEvents events) {
        this.state = state;
        this.events = events;
        this.writer = new SectionWriter(state);
    }

    /** Returns an offer of all there is. */
    DescriptionPlan make(boolean iceRestart) {
        List<Section> sections = sections();
        Set<String> bundleOnly = new HashSet<>();
        sections = withTransports(sections, bundleOnly);
        Map<Transport, IceCredentials> credentials = new LinkedHashMap<>();
        PeerState.transports(sections).forEach(t -> credentials.put(t, restarts(t, iceRestart) ? fresh() : t.local));
        List<String> groups = new ArrayList<>();
        bundles(sections).stream().filter(g -> !g.isEmpty()).forEach(g -> groups.add("BUNDLE " + String.join(" ", g)));
        groups.addAll(lipSync(sections));
        Map<Transport, String> tellers = SectionWriter.tellers(sections, groups);
        List<LocalSection> written = new ArrayList<>();
        for (Section each : sections) {
            written.add(write(each, bundleOnly.contains(each.mid()), credentials, tellers));
        }
        String sdp = writer.write(List.of("trickle", "ice2"), groups, written);
        return new DescriptionPlan(sdp, List.copyOf(sections), credentials, Map.of(), state.revision);
    }

    /** What our tracks say, and the groups of the last answer as far as they live. */
    private List<String> lipSync(List<Section> sections) {
        List<String> groups = new ArrayList<>(SectionWriter.lipSync(sections));
        AppliedDescription ours = state.currentLocal;
        AppliedDescription answer = ours == null || ours.type == RTCSdpType.ANSWER ? ours : state.currentRemote;
        if (answer == null) {
            return groups;
        }
        for (String value : answer.parsed.all("group").stream().map(SdpAttribute::value).filter(v -> v.startsWith("LS ")).toList()) {
            List<String> alive = List.of(value.substring(3).split(" ")).stream()
                    .filter(m -> sections.stream().anyMatch(s -> s.mid().equals(m) && isAlive(s) && s.transport() != null)).toList();
            if (alive.size() > 1 && groups.stream().noneMatch(g -> List.of(g.split(" ")).containsAll(alive))) {
                groups.add("LS " + String.join(" ", alive));
            }
        }
        return groups;
    }

    private IceCredentials fresh() {
        return IceCredentials.random(state.host.random());
    }

    private boolean restarts(Transport t, boolean iceRestart) {
        return t.isOpen() && (iceRestart || state.needsIceRestart || state.localCredentialsToReplace.contains(t.local));
    }

    /** The media descriptions in their order: those that are there, refused ones used again, then the new ones. */
    private List<Section> sections() {
        List<RTCRtpTransceiver> fresh = new ArrayList<>();
        state.transceivers.stream().filter(t -> t.jsepMid == null && !t.stopping).forEach(fresh::add);
        List<Section> sections = new ArrayList<>();
        for (Section each : state.sections) {
            RTCRtpTransceiver t = each.transceiver();
            boolean alive = t != null && !t.stopping && each.mid().equals(t.jsepMid) && state.transceivers.contains(t);
            if (alive || t == null && isAlive(each)) {
                sections.add(each);
            } else if (isFree(sections.size()) && !fresh.isEmpty()) {
                sections.add(begin(fresh.remove(0)));
            } else {
                sections.add(each.with(null));
            }
        }
        fresh.forEach(t -> sections.add(begin(t)));
        if (state.data.isWanted() && sections.stream().noneMatch(Section::isData)) {
            sections.add(new Section(dataMid(), Section.DATA, null, null));
        }
        return sections;
    }

    /** A place can be used for something else when the descriptions in force refuse what was there. */
    private boolean isFree(int index) {
        return index < state.stableSections.size() && state.stableSections.get(index).transport() == null;
    }

    private Section begin(RTCRtpTransceiver t) {
        String mid = t.proposedMid == null ? state.newMid() : t.proposedMid;
        t.proposedMid = mid;
        return new Section(mid, t.kind, t, null);
    }

    private boolean isAlive(Section s) {
        RTCRtpTransceiver t = s.transceiver();
        return t == null ? s.isData() && state.data.isWanted() : !t.stopping;
    }

    /** That of data is proposed once, like those of transceivers. */
    private String dataMid() {
        String mid = state.dataMid == null ? state.newMid() : state.dataMid;
        state.dataMid = mid;
        return mid;
    }

    /** Gives each new media description a transport, its own or another's, as the bundle policy says (section 4.1.1). */
    private List<Section> withTransports(List<Section> sections, Set<String> bundleOnly) {
        List<Section> result = new ArrayList<>();
        Transport first = null;
        Set<String> kinds = new HashSet<>();
        for (Section each : sections) {
            Section placed = each;
            boolean again = isAlive(each) && !kinds.add(each.kind());
            boolean rides = answered() == null && first != null && rides(again);
            if (isAlive(each) && each.transport() == null) {
                Transport joined = joined(sections);
                placed = each.with(joined != null ? joined : rides && first != null ? first : open());
            }
            if (rides && isAlive(placed) && placed.transport() == first) {
                bundleOnly.add(each.mid());
            }
            if (isAlive(placed) && first == null) {
                first = placed.transport();
            }
            result.add(placed);
        }
        return result;
    }

    /** The groups of the last answer; one transport for all is asked for again, also of a peer that has bundled nothing. */
    private @Nullable List<List<String>> answered() {
        List<List<String>> bundle = state.bundle;
        boolean again = bundle != null && bundle.isEmpty() && state.configuration.bundlePolicy() == RTCBundlePolicy.MAX_BUNDLE;
        return again ? null : bundle;
    }

    private boolean rides(boolean notFirstOfKind) {
        return switch (state.configuration.bundlePolicy()) {
            case MAX_BUNDLE -> true;
            case BALANCED -> notFirstOfKind;
            case MAX_COMPAT -> false;
        };
    }

    /** What the peer has bundled takes in what is new. */
    private @Nullable Transport joined(List<Section> sections) {
        List<List<String>> bundle = answered();
        return bundle == null || bundle.isEmpty()
                ? null
                : sections.stream().filter(s -> isAlive(s) && s.transport() != null && bundle.get(0).contains(s.mid()))
                        .map(Section::transport)
                        .findFirst().orElse(null);
    }

    private Transport open() {
        return new Transport(state, events, state.configuration.rtcpMuxPolicy() == RTCRtcpMuxPolicy.NEGOTIATE ? 2 : 1);
    }

    /** The groups of the last answer with what is new; the media description of the first transceiver comes first. */
    private List<List<String>> bundles(List<Section> sections) {
        List<List<String>> answered = answered();
        List<String> alive = sections.stream().filter(s -> isAlive(s) && s.transport() != null).map(Section::mid).toList();
        List<String> fresh = alive.stream()
                .filter(m -> answered == null || state.stableSections.stream().noneMatch(o -> o.mid().equals(m) && o.transport() != null))
                .toList();
        List<List<String>> groups = new ArrayList<>();
        if (answered != null) {
            answered.forEach(g -> groups.add(new ArrayList<>(g.stream().filter(alive::contains).toList())));
        }
        if (groups.isEmpty()) {
            groups.add(new ArrayList<>());
        }
        groups.get(0).addAll(fresh);
        if (groups.get(0).size() == 1 && answered != null && answered.isEmpty()) {
            groups.clear(); // nothing to share with a peer that does not bundle
        }
        groups.forEach(this::firstTransceiverFirst);
        return groups;
    }

    private void firstTransceiverFirst(List<String> group) {
        state.transceivers.stream().filter(t -> !t.stopping).map(t -> t.jsepMid).filter(m -> m != null && group.contains(m)).findFirst()
                .ifPresent(m -> {
                    group.remove(m);
                    group.add(0, m);
                });
    }

    private LocalSection write(Section section, boolean bundleOnly, Map<Transport, IceCredentials> credentials,
            Map<Transport, String> tellers) {
        RTCRtpTransceiver t = section.transceiver();
        Transport transport = section.transport();
        if (transport == null || !isAlive(section)) {
            return SectionWriter.rejected(section.kind(), protocol(section), formats(section), section.mid());
        }
        LocalSection.Transport reached = writer.transport(transport, Objects.requireNonNull(credentials.get(transport)), "actpass",
                rtcp(transport, t != null), section.mid().equals(tellers.get(transport)));
        LocalSection.State open = bundleOnly ? LocalSection.State.BUNDLE_ONLY : LocalSection.State.OPEN;
        if (t == null) {
            return SectionWriter.data("UDP/DTLS/SCTP", section.mid(), open, reached);
        }
        List<HeaderExtension> extensions = RtpCapabilities.extensions(t.kind).stream().map(state.ids::assign).filter(Objects::nonNull)
                .map(Objects::requireNonNull).toList();
        LocalSection.Media media = writer.media(t, t.direction, codecs(t), extensions,
                t.direction.sends() ? SectionWriter.sending(t) : Simulcast.NONE);
        return new LocalSection(t.kind, PROTOCOL, List.of(), section.mid(), open, media, null, reached,
                transport.remote == null || !transport.hasRtcpPort());
    }

    private LocalSection.Rtcp rtcp(Transport t, boolean media) {
        if (!media) {
            return LocalSection.Rtcp.NONE;
        }
        boolean answered = t.remote != null;
        return answered
                ? new LocalSection.Rtcp(t.hasRtcpPort(), false, t.reducedSize)
                : new LocalSection.Rtcp(true, state.configuration.rtcpMuxPolicy() == RTCRtcpMuxPolicy.REQUIRE, true);
    }

    private String protocol(Section of) {
        AppliedDescription before = state.local();
        var section = before == null ? null : before.withMid(of.mid());
        return section == null ? PROTOCOL : section.protocol();
    }

    private List<String> formats(Section of) {
        AppliedDescription before = state.local();
        var section = before == null ? null : before.withMid(of.mid());
        return section == null ? List.of() : section.formats();
    }

    /** What the last answer had comes first and in its order, unless the application has said what it prefers. */
    private List<RtpFormat> codecs(RTCRtpTransceiver t) {
        List<RtpFormat> wanted = new ArrayList<>();
        if (t.preferences.isEmpty()) {
            t.negotiated
                    .forEach(n -> RtpCapabilities.formats(t.kind).stream().filter(c -> RtpCapabilities.same(c, n) && !wanted.contains(c))
                            .forEach(wanted::add));
            RtpCapabilities.formats(t.kind).stream().filter(c -> !wanted.contains(c)).forEach(wanted::add);
        } else {
            wanted.addAll(t.preferences);
        }
        List<RtpFormat> offered = new ArrayList<>();
        wanted.stream().filter(f -> !f.is("rtx")).map(state.ids::assign).filter(Objects::nonNull).forEach(offered::add);
        if (wanted.stream().anyMatch(f -> f.is("rtx"))) {
            List.copyOf(offered).stream().map(RtpCapabilities::repairsOf).map(state.ids::assign).filter(Objects::nonNull)
                    .forEach(offered::add);
        }
        return offered;
    }
}
