package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaDirection;
import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds or makes what a remote offer's media descriptions stand for (RFC 9429, section 5.10). */
final class RemoteOffer {
    private final RTCPeerConnection connection;
    private final PeerState state;
    private final TransportEvents events;
    private final RemoteTracks tracks;
    private final Map<List<String>, Transport> ofGroups = new HashMap<>();
    private final Set<Transport> taken = new HashSet<>();

    RemoteOffer(RTCPeerConnection connection, PeerState state, TransportEvents events, RemoteTracks tracks) {
        this.connection = connection;
        this.state = state;
        this.events = events;
        this.tracks = tracks;
    }

    /** Returns the media descriptions as they would be if all were accepted. */
    List<Section> apply(AppliedDescription offer, Effects effects) {
        List<Section> sections = new ArrayList<>();
        for (MediaSection each : offer.sections) {
            Section before = each.index() < state.sections.size() ? state.sections.get(each.index()) : null;
            sections.add(section(offer, each, before, effects));
        }
        return sections;
    }

    private Section section(AppliedDescription offer, MediaSection theirs, @Nullable Section before, Effects effects) {
        boolean media = theirs.kind().equals("audio") || theirs.kind().equals("video");
        RTCRtpTransceiver t = media ? transceiver(theirs, before) : null;
        boolean same = before != null && before.kind().equals(theirs.kind());
        String unnamed = t != null && t.jsepMid != null ? t.jsepMid : t == null && before != null && same ? before.mid() : null;
        String mid = theirs.mid().isEmpty() ? unnamed == null ? state.newMid() : unnamed : theirs.mid();
        if (t == null) {
            Transport of = theirs.isData() && !theirs.rejected() ? transport(offer, theirs, before) : null;
            if (of != null) {
                of.role(AnswerMaker.tagged(offer, theirs).lite());
            }
            return new Section(mid, theirs.kind(), null, of);
        }
        t.jsepMid = mid;
        t.mid = mid;
        MediaDirection direction = theirs.rejected() ? MediaDirection.INACTIVE : theirs.direction().reversed();
        propose(t, theirs);
        tracks.process(t, direction, direction.receives() ? tracks.streams(theirs) : List.of(), effects);
        t.receiver.codecs = direction.receives() ? RtpCapabilities.matching(t.kind, theirs.codecs()) : List.of();
        Transport transport = theirs.rejected() ? null : transport(offer, theirs, before);
        if (transport != null) {
            t.transport = transport;
            transport.role(AnswerMaker.tagged(offer, theirs).lite());
        }
        if (theirs.rejected() && !t.stopped) {
            t.stopForGood();
        }
        return new Section(mid, theirs.kind(), t, transport);
    }

    /** A peer that wants several encodings of one track gets them. */
    private static void propose(RTCRtpTransceiver t, MediaSection theirs) {
        List<String> wanted = theirs.simulcast().receiveIds();
        if (!wanted.isEmpty() && !t.hasSent) {
            List<RTCRtpEncodingParameters> encodings = new ArrayList<>();
            wanted.stream().limit(4).forEach(rid -> encodings.add(RTCRtpEncodingParameters.of(rid)));
            t.sender.encodings(Encodings.scaled(t.kind, encodings));
        }
    }

    private @Nullable RTCRtpTransceiver transceiver(MediaSection theirs, @Nullable Section before) {
        RTCRtpTransceiver present = before == null ? null : before.transceiver();
        boolean same = before != null && (theirs.mid().isEmpty() ? before.kind().equals(theirs.kind()) : before.mid().equals(theirs.mid()));
        if (present != null && same && state.transceivers.contains(present)) {
            return present;
        }
        if (present != null && present.jsepMid != null && before != null && present.jsepMid.equals(before.mid())) {
            present.jsepMid = null; // the place is used for something else
            present.mid = null;
        }
        RTCRtpTransceiver pending = theirs.mid().isEmpty() ? null : state.withMid(theirs.mid());
        if (pending != null || theirs.rejected()) {
            return pending;
        }
        RTCRtpTransceiver waiting = theirs.direction().receives()
                ? state.transceivers.stream().filter(t -> t.byAddTrack && t.jsepMid == null && !t.stopping && t.kind.equals(theirs.kind()))
                        .findFirst().orElse(null)
                : null;
        if (waiting != null) {
            return waiting;
        }
        RTCRtpTransceiver made = new RTCRtpTransceiver(connection, state, theirs.kind(), MediaDirection.RECVONLY);
        made.byPendingOffer = true;
        state.transceivers.add(made);
        return made;
    }

    /** A group goes by one transport: the one that it had, or a new one; what is not grouped has its own. */
    private @Nullable Transport transport(AppliedDescription offer, MediaSection theirs, @Nullable Section before) {
        for (List<String> group : offer.parsed.bundles()) {
            if (group.contains(theirs.mid())) {
                return ofGroups.computeIfAbsent(group, g -> ofGroup(g, theirs, offer));
            }
        }
        if (theirs.bundleOnly()) {
            return null;
        }
        Transport present = before == null ? null : before.transport();
        Transport own = present == null || taken.contains(present) ? open(theirs.transport()) : present; // it may have left a group
        taken.add(own);
        return own;
    }

    /** The transport of the media description that tells it, else of another one of the group. */
    private Transport ofGroup(List<String> group, MediaSection theirs, AppliedDescription offer) {
        for (String mid : group) {
            for (Section each : state.sections) {
                Transport present = each.transport();
                if (each.mid().equals(mid) && present != null && taken.add(present)) {
                    return present;
                }
            }
        }
        return open(AnswerMaker.tagged(offer, theirs));
    }

    private Transport open(MediaSection.Transport theirs) {
        boolean second = state.configuration.rtcpMuxPolicy() == RTCRtcpMuxPolicy.NEGOTIATE && !theirs.rtcpMux();
        return new Transport(state, events, second ? 2 : 1);
    }
}
