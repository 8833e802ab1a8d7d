package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.DescriptionWriter;
import dev.isthmus.gateway.sdp.HeaderExtension;
import dev.isthmus.gateway.sdp.LocalSection;
import dev.isthmus.gateway.sdp.MediaDirection;
import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.gateway.sdp.Simulcast;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What offers and answers of ours are written from alike. */
final class SectionWriter {
    private static final String NO_PAYLOAD = "0";
    private final PeerState state;

    SectionWriter(PeerState state) {
        this.state = state;
    }

    /** Returns what is said of what a transceiver sends and receives. */
    LocalSection.Media media(RTCRtpTransceiver t, MediaDirection direction, List<RtpFormat> codecs, List<HeaderExtension> extensions,
            Simulcast simulcast) {
        List<Integer> sources = new ArrayList<>();
        if (simulcast.send().size() < 2) { // else they are told apart by their names
            sources.add(t.sender.media().ssrc());
            if (codecs.stream().anyMatch(c -> c.is("rtx"))) {
                sources.add(t.sender.media().repairSsrc());
            }
        }
        return new LocalSection.Media(direction, direction.sends() || wasNamed(t), codecs, extensions, List.copyOf(t.sender.streamIds), "",
                simulcast, sources, state.cname);
    }

    /** RFC 9429, sections 5.2.2 and 5.3.2; Chromium hears no track again whose source was gone from the description for a while. */
    private boolean wasNamed(RTCRtpTransceiver t) {
        AppliedDescription current = state.currentLocal;
        MediaSection before = current == null || t.jsepMid == null ? null : current.withMid(t.jsepMid);
        return before != null && before.namesStreams();
    }

    /** Returns the encodings that a sender sends side by side. */
    static Simulcast sending(RTCRtpTransceiver t) {
        List<RTCRtpEncodingParameters> encodings = t.sender.encodings;
        if (encodings.size() < 2) {
            return Simulcast.NONE;
        }
        List<List<Simulcast.Rid>> rids = new ArrayList<>();
        for (RTCRtpEncodingParameters each : encodings) {
            rids.add(List.of(new Simulcast.Rid(each.rid() == null ? "" : each.rid(), "", !each.active())));
        }
        return new Simulcast(rids, List.of());
    }

    /** Returns a media description of data channels (RFC 8841). */
    static LocalSection data(String protocol, String mid, LocalSection.State open, LocalSection.Transport reached) {
        return new LocalSection(Section.DATA, protocol, List.of(LocalSection.Data.FORMAT), mid, open, null,
                new LocalSection.Data(DataChannels.PORT, DataChannels.LARGEST), reached, false);
    }

    /** Returns a refused media description. */
    static LocalSection rejected(String kind, String protocol, List<String> formats, String mid) {
        return new LocalSection(kind, protocol, formats.isEmpty() ? List.of(NO_PAYLOAD) : formats, mid, LocalSection.State.REJECTED, null,
                null, null, false);
    }

    /**
     * Returns how a transport is reached, with the credentials that it has in this description. Candidates are told once; the rest is said in each
     * media description of a BUNDLE, as browsers do, and as aiortc and GStreamer demand, where RFC 9143 would have it once too.
     *
     * @param first whether it is the first media description that goes by it
     */
    LocalSection.Transport transport(Transport t, IceCredentials credentials, String setup, LocalSection.Rtcp rtcp, boolean first) {
        boolean same = first && credentials.equals(t.local);
        return new LocalSection.Transport(credentials, state.certificates.stream().map(RTCCertificate::fingerprint).toList(), setup,
                t.tlsId,
                same ? List.copyOf(t.candidates) : List.of(), same && t.gathered,
                first ? rtcp : new LocalSection.Rtcp(false, false, rtcp.reducedSize()));
    }

    /** Returns which media description tells of each transport: the first of its BUNDLE, else the first that goes by it. */
    static Map<Transport, String> tellers(List<Section> sections, List<String> groups) {
        Map<Transport, String> tellers = new HashMap<>();
        for (String group : groups.stream().filter(g -> g.startsWith("BUNDLE ")).toList()) {
            for (String mid : group.substring("BUNDLE ".length()).split(" ", -1)) {
                sections.stream().filter(s -> s.mid().equals(mid) && s.transport() != null)
                        .forEach(s -> tellers.putIfAbsent(s.transport(), mid));
            }
        }
        sections.stream().filter(s -> s.transport() != null).forEach(s -> tellers.putIfAbsent(s.transport(), s.mid()));
        return tellers;
    }

    /** Returns the lip-sync groups: the media descriptions whose tracks are in one stream. */
    static List<String> lipSync(List<Section> sections) {
        Map<String, List<String>> byStream = new LinkedHashMap<>();
        for (Section each : sections) {
            RTCRtpTransceiver t = each.transceiver();
            if (t != null && each.transport() != null && t.direction.sends()) {
                t.sender.streamIds.forEach(s -> byStream.computeIfAbsent(s, k -> new ArrayList<>()).add(each.mid()));
            }
        }
        return byStream.values().stream().filter(mids -> mids.size() > 1).map(mids -> "LS " + String.join(" ", mids)).distinct().toList();
    }

    String write(List<String> iceOptions, List<String> groups, List<LocalSection> sections) {
        state.sessionVersion++;
        return DescriptionWriter.write(
                new DescriptionWriter.Session(state.sessionId, state.sessionVersion, iceOptions, groups, state.identityLine), sections);
    }
}
