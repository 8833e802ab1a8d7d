package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.HeaderExtension;
import dev.isthmus.gateway.sdp.LocalSection;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
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
        List<LocalSection> written = new ArrayList<>();
        Set<Transport> told = new HashSet<>();
        for (Section each : sections) {
            written.add(write(each, bundleOnly.contains(each.mid()), credentials, told));
        }
        List<String> groups = new ArrayList<>();
        List<String> bundle = bundle(sections);
        if (!bundle.isEmpty()) {
            groups.add("BUNDLE " + String.join(" ", bundle));
        }
        groups.addAll(SectionWriter.lipSync(sections));
        String sdp = writer.write(List.of("trickle", "ice2"), groups, written);
        return new DescriptionPlan(sdp, List.copyOf(sections), credentials);
    }

    private IceCredentials fresh() {
        return IceCredentials.random(state.host.random());
    }

    private boolean restarts(Transport t, boolean iceRestart) {
        return t.isOpen() && (iceRestart && t.remote != null || state.localCredentialsToReplace.contains(t.local));
    }

    /** The media descriptions in their order: those that are there, refused ones used again, then the new ones. */
    private List<Section> sections() {
        List<RTCRtpTransceiver> fresh = new ArrayList<>();
        state.transceivers.stream().filter(t -> t.jsepMid == null && !t.stopping).forEach(fresh::add);
        List<Section> sections = new ArrayList<>();
        for (Section each : state.sections) {
            RTCRtpTransceiver t = each.transceiver();
            boolean alive = t != null && !t.stopping && each.mid().equals(t.jsepMid) && state.transceivers.contains(t);
            if (alive) {
                sections.add(each);
            } else if (each.transport() == null && !fresh.isEmpty()) {
                sections.add(begin(fresh.remove(0)));
            } else {
                sections.add(each.with(null));
            }
        }
        fresh.forEach(t -> sections.add(begin(t)));
        return sections;
    }

    private Section begin(RTCRtpTransceiver t) {
        return new Section(state.newMid(), t.kind, t, null);
    }

    private static boolean isAlive(Section s) {
        return s.transceiver() != null && !s.transceiver().stopping;
    }

    /** Gives each new media description a transport, its own or another's, as the bundle policy says (section 4.1.1). */
    private List<Section> withTransports(List<Section> sections, Set<String> bundleOnly) {
        List<Section> result = new ArrayList<>();
        Transport first = null;
        Set<String> kinds = new HashSet<>();
        List<String> bundle = state.bundle;
        for (Section each : sections) {
            Section placed = each;
            boolean again = !kinds.add(each.kind());
            if (isAlive(each) && each.transport() == null) {
                Transport joined = bundle == null || bundle.isEmpty() ? null : bundled(sections, bundle);
                if (joined == null && first != null && rides(again)) {
                    joined = first;
                    bundleOnly.add(each.mid());
                }
                placed = each.with(joined == null ? open() : joined);
            }
            if (isAlive(placed) && first == null) {
                first = placed.transport();
            }
            result.add(placed);
        }
        return result;
    }

    private boolean rides(boolean notFirstOfKind) {
        return switch (state.configuration.bundlePolicy()) {
            case MAX_BUNDLE -> true;
            case BALANCED -> notFirstOfKind;
            case MAX_COMPAT -> false;
        };
    }

    private static @Nullable Transport bundled(List<Section> sections, List<String> bundle) {
        return sections.stream().filter(s -> isAlive(s) && s.transport() != null && bundle.contains(s.mid())).map(Section::transport)
                .findFirst().orElse(null);
    }

    private Transport open() {
        return new Transport(state, events, state.configuration.rtcpMuxPolicy() == RTCRtcpMuxPolicy.NEGOTIATE ? 2 : 1);
    }

    /** All that are alive, but for those that the peer has not bundled. */
    private List<String> bundle(List<Section> sections) {
        List<String> answered = state.bundle;
        return sections.stream().filter(s -> isAlive(s) && s.transport() != null)
                .filter(s -> answered == null || answered.contains(s.mid())
                        || state.sections.stream().noneMatch(o -> o.mid().equals(s.mid())))
                .map(Section::mid).toList();
    }

    private LocalSection write(Section section, boolean bundleOnly, Map<Transport, IceCredentials> credentials, Set<Transport> told) {
        RTCRtpTransceiver t = section.transceiver();
        Transport transport = section.transport();
        if (t == null || transport == null || !isAlive(section)) {
            return SectionWriter.rejected(section.kind(), protocol(section), formats(section), section.mid());
        }
        List<HeaderExtension> extensions = RtpCapabilities.extensions(t.kind).stream().map(state.ids::assign).filter(Objects::nonNull)
                .map(Objects::requireNonNull).toList();
        LocalSection.Media media = writer.media(t, t.direction, codecs(t), extensions,
                t.direction.sends() ? SectionWriter.sending(t) : Simulcast.NONE);
        LocalSection.Transport reached = !told.add(transport)
                ? null
                : writer.transport(transport, Objects.requireNonNull(credentials.get(transport)), "actpass", rtcp(transport));
        return new LocalSection(t.kind, PROTOCOL, List.of(), section.mid(),
                bundleOnly ? LocalSection.State.BUNDLE_ONLY : LocalSection.State.OPEN, media, null, reached,
                transport.remote == null || !transport.hasRtcpPort());
    }

    private LocalSection.Rtcp rtcp(Transport t) {
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
                    .forEach(n -> RtpCapabilities.formats(t.kind).stream().filter(c -> RtpCapabilities.same(c, n)).forEach(wanted::add));
            RtpCapabilities.formats(t.kind).stream().filter(c -> !wanted.contains(c)).forEach(wanted::add);
        } else {
            wanted.addAll(t.preferences);
        }
        return wanted.stream().map(state.ids::assign).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
    }
}
