package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.LocalSection;
import dev.isthmus.gateway.sdp.MediaDirection;
import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Applies descriptions (webrtc-pc, section 4.4.1.4; RFC 9429, sections 5.5 to 5.11). Under the connection's lock. */
final class DescriptionSetter {
    private final PeerState state;
    private final TransportEvents events;
    private final RemoteTracks tracks;
    private final RTCPeerConnection connection;

    DescriptionSetter(RTCPeerConnection connection, PeerState state, TransportEvents events) {
        this.connection = connection;
        this.state = state;
        this.events = events;
        this.tracks = new RemoteTracks(state);
    }

    /** Applies a description of ours that was made by one of the makers. */
    Effects setLocal(RTCSdpType type, DescriptionPlan plan) {
        boolean offer = type == RTCSdpType.OFFER;
        boolean valid = offer
                ? state.signaling == RTCSignalingState.STABLE || state.signaling == RTCSignalingState.HAVE_LOCAL_OFFER
                : state.offer() != null;
        if (!valid) {
            throw WebRtcException.invalidState(type + " while " + state.signaling);
        }
        Effects effects = new Effects();
        AppliedDescription description = read(type, plan.sdp());
        state.localWasSet = true;
        description.sections.forEach(state.ids::learn);
        if (offer) {
            begin(effects, RTCSignalingState.HAVE_LOCAL_OFFER);
            state.pendingLocal = description;
            localOffer(plan, description);
        } else {
            AppliedDescription remote = Objects.requireNonNull(state.pendingRemote);
            localAnswer(type, plan, description, remote, effects);
        }
        MediaPlans.configure(state);
        return effects;
    }

    private AppliedDescription read(RTCSdpType type, String sdp) {
        try {
            return new AppliedDescription(type, sdp);
        } catch (SdpProblem e) {
            throw RTCError.syntax(e.line(), e.getMessage());
        }
    }

    /** An offer begins an exchange: what is there now can be gone back to. */
    private void begin(Effects effects, RTCSignalingState next) {
        if (state.signaling == RTCSignalingState.STABLE) {
            state.stableSections = state.sections;
            state.stableBundle = state.bundle;
            for (RTCRtpTransceiver each : state.transceivers) {
                each.stableTransport = each.transport;
                each.receiver.stableStreams = each.receiver.streams;
                each.receiver.stableCodecs = each.receiver.codecs;
            }
            PeerState.transports(state.sections).forEach(Transport::stable);
        }
        signaling(effects, next);
    }

    private void signaling(Effects effects, RTCSignalingState next) {
        effects.signaling |= state.signaling != next;
        state.signaling = next;
    }

    private void localOffer(DescriptionPlan plan, AppliedDescription description) {
        for (Section each : plan.sections()) {
            RTCRtpTransceiver t = each.transceiver();
            MediaSection ours = description.sections.get(plan.sections().indexOf(each));
            if (t == null) {
                continue;
            }
            t.jsepMid = each.mid();
            t.mid = each.mid();
            if (!t.stopping) {
                t.transport = each.transport();
                receive(t, ours);
            }
        }
        state.sections = plan.sections();
        state.offered = plan.sections();
        use(plan, true);
    }

    /** Takes the credentials of a description of ours, and gathers by what is not open yet. */
    private void use(DescriptionPlan plan, boolean offer) {
        List<Transport> all = PeerState.transports(plan.sections());
        events.beganToGather(all.stream().filter(t -> !t.isOpen() || !t.local.equals(plan.credentials().get(t))).toList());
        for (Transport each : all) {
            each.role(offer);
            IceCredentials fresh = plan.credentials().get(each);
            state.needsIceRestart &= each.local.equals(fresh) || !each.isOpen();
            each.tlsId = plan.tlsIds().getOrDefault(each, each.tlsId);
            each.use(Objects.requireNonNullElse(fresh, each.local));
            each.gather();
        }
    }

    /** Prepares to receive what a description of ours says. */
    private static void receive(RTCRtpTransceiver t, MediaSection ours) {
        t.receptive = ours.direction().receives() && !ours.rejected();
        t.receiver.codecs = t.receptive ? ours.codecs() : List.of();
        t.receiver.extensions = ours.extensions();
    }

    private void localAnswer(RTCSdpType type, DescriptionPlan plan, AppliedDescription answer, AppliedDescription offer, Effects effects) {
        boolean last = type == RTCSdpType.ANSWER;
        if (last) {
            state.currentLocal = answer;
            state.currentRemote = offer;
            finish();
            signaling(effects, RTCSignalingState.STABLE);
            if (state.localCredentialsToReplace.stream().noneMatch(c -> has(answer, c))) {
                state.localCredentialsToReplace.clear();
            }
        } else {
            state.pendingLocal = answer;
            signaling(effects, RTCSignalingState.HAVE_LOCAL_PRANSWER);
        }
        use(plan, offer.parsed.value("ice-lite") != null);
        for (Section each : plan.sections()) {
            int index = plan.sections().indexOf(each);
            RTCRtpTransceiver t = each.transceiver();
            if (t != null && !t.stopped) {
                MediaSection ours = answer.sections.get(index);
                t.transport = each.transport();
                receive(t, ours);
                send(t, offer.sections.get(index), ours, ours.direction());
                MediaDirection fired = t.firedDirection;
                if (!ours.direction().receives() && fired != null && fired.receives()) {
                    tracks.associate(t, List.of(), effects);
                    tracks.silence(t, effects);
                }
                t.firedDirection = t.currentDirection;
            }
            connect(each, AnswerMaker.tagged(offer, offer.sections.get(index)), null);
            data(each, offer.sections.get(index));
        }
        answered(plan.sections(), answer, last);
    }

    static boolean has(@Nullable AppliedDescription description, IceCredentials credentials) {
        return description != null && description.sections.stream().anyMatch(s -> credentials.equals(s.transport().credentials()));
    }

    private void finish() {
        state.pendingLocal = null;
        state.pendingRemote = null;
        state.lastOffer = null;
        state.lastAnswer = null;
    }

    /** Sends what the peer takes. */
    private static void send(RTCRtpTransceiver t, MediaSection theirs, MediaSection answer, MediaDirection direction) {
        t.currentDirection = answer.rejected() ? MediaDirection.INACTIVE : direction;
        t.hasSent |= t.currentDirection.sends();
        List<RtpFormat> both = new ArrayList<>();
        for (RtpFormat each : RtpCapabilities.matching(t.kind, theirs.codecs())) {
            if (answer == theirs || answer.codecs().stream().anyMatch(c -> c.payloadType() == each.payloadType())) {
                both.add(each);
            }
        }
        t.sender.codecs = List.copyOf(both);
        t.sender.extensions = answer.extensions().stream().filter(e -> RtpCapabilities.extensions(t.kind).contains(e.uri())).toList();
        t.sender.lastTransaction = null;
        t.negotiated = answer.codecs();
        t.remoteRepairs = theirs.repairs();
        t.remoteBitrate = theirs.bitrate();
        t.remoteSources = theirs.sources().stream().map(MediaSection.Source::ssrc).toList();
    }

    private static void connect(Section section, MediaSection.Transport theirs, MediaSection.@Nullable Transport answer) {
        Transport transport = section.transport();
        if (transport != null) {
            boolean client = answer == null ? AnswerMaker.setup(transport, theirs) : answer.setup().equals("passive");
            transport.reducedSize = answer == null ? theirs.reducedSize() : answer.reducedSize();
            transport.negotiated(theirs);
            transport.secure(client, theirs);
        }
    }

    /** Data channels go by that media description, or by none. */
    private void data(Section section, MediaSection theirs) {
        Transport transport = section.transport();
        LocalSection.Data data = theirs.data();
        if (section.isData() && transport != null && data != null) {
            state.data.negotiated(transport, data);
        } else if (section.isData()) {
            state.data.refused();
        }
    }

    /** The answer is in force: media descriptions are as it says, and transports that nobody needs end. */
    private void answered(List<Section> sections, AppliedDescription answer, boolean last) {
        state.sections = List.copyOf(sections);
        if (!last) {
            return;
        }
        state.bundle = answer.parsed.bundles();
        state.stableSections = state.sections;
        state.transceivers.stream().filter(t -> t.stopping && t.jsepMid == null).forEach(RTCRtpTransceiver::stopForGood);
        state.transceivers.removeIf(t -> t.stopped && t.jsepMid == null);
        state.transceivers.removeIf(t -> t.stopped && t.jsepMid != null
                && sections.stream().anyMatch(s -> s.mid().equals(t.jsepMid) && s.transport() == null));
        state.transceivers.forEach(t -> t.byPendingOffer = false);
        List<Transport> needed = PeerState.transports(sections);
        List.copyOf(state.open).stream().filter(t -> !needed.contains(t)).forEach(t -> t.close(false));
        needed.forEach(Transport::stable);
        connection.clearNegotiationNeeded();
    }

    /** Applies a description of the peer. */
    Effects setRemote(RTCSdpType type, String sdp) {
        boolean offer = type == RTCSdpType.OFFER;
        boolean valid = offer
                ? state.signaling == RTCSignalingState.STABLE || state.signaling == RTCSignalingState.HAVE_REMOTE_OFFER
                : state.signaling == RTCSignalingState.HAVE_LOCAL_OFFER || state.signaling == RTCSignalingState.HAVE_REMOTE_PRANSWER;
        if (!valid) {
            throw WebRtcException.invalidState(type + " while " + state.signaling);
        }
        AppliedDescription description = read(type, Objects.requireNonNullElse(sdp, ""));
        Effects effects = new Effects();
        if (offer) {
            DescriptionCheck.offer(state, description);
        } else {
            AppliedDescription ours = Objects.requireNonNull(state.pendingLocal);
            DescriptionCheck.answer(state, description, ours);
            description = description.completedBy(ours);
        }
        description.sections.forEach(s -> {
            if (offer) {
                state.ids.learn(s);
            } else {
                state.ids.learnAnswer(s);
            }
            state.usedMids.add(s.mid());
            state.transceivers.stream().filter(t -> t.jsepMid == null && s.mid().equals(t.proposedMid)).forEach(t -> t.proposedMid = null);
        });
        state.canTrickle = description.trickles();
        if (offer) {
            begin(effects, RTCSignalingState.HAVE_REMOTE_OFFER);
            state.pendingRemote = description;
            state.lastAnswer = null; // of another offer
            List<Section> sections = new RemoteOffer(connection, state, events, tracks).apply(description, effects);
            state.sections = sections;
            state.offered = sections;
        } else {
            remoteAnswer(type == RTCSdpType.ANSWER, description, effects);
        }
        MediaPlans.configure(state);
        return effects;
    }

    private void remoteAnswer(boolean last, AppliedDescription answer, Effects effects) {
        List<Section> sections = new ArrayList<>();
        for (MediaSection each : answer.sections) {
            Section offered = state.offered.get(each.index());
            Transport transport = each.rejected() ? null : transportOf(each, answer, offered);
            sections.add(offered.with(transport));
        }
        AppliedDescription offer = Objects.requireNonNull(state.pendingLocal);
        if (last) {
            state.currentRemote = answer;
            state.currentLocal = offer;
            finish();
            signaling(effects, RTCSignalingState.STABLE);
            if (state.localCredentialsToReplace.stream().noneMatch(c -> has(offer, c))) {
                state.localCredentialsToReplace.clear();
            }
        } else {
            state.pendingRemote = answer;
            signaling(effects, RTCSignalingState.HAVE_REMOTE_PRANSWER);
        }
        for (Section each : sections) {
            MediaSection theirs = answer.sections.get(sections.indexOf(each));
            RTCRtpTransceiver t = each.transceiver();
            if (t != null) {
                answeredTrack(t, each, offer.sections.get(theirs.index()), theirs, effects);
            }
            MediaSection.Transport tagged = AnswerMaker.tagged(answer, theirs);
            connect(each, tagged, tagged);
            data(each, theirs);
        }
        answered(sections, answer, last);
    }

    private @Nullable Transport transportOf(MediaSection theirs, AppliedDescription answer, Section offered) {
        for (List<String> group : answer.parsed.bundles()) {
            if (group.contains(theirs.mid())) {
                return state.offered.stream().filter(s -> s.mid().equals(group.get(0))).map(Section::transport).findFirst().orElse(null);
            }
        }
        return offered.transport();
    }

    private void answeredTrack(RTCRtpTransceiver t, Section section, MediaSection ours, MediaSection theirs, Effects effects) {
        MediaDirection direction = theirs.rejected() ? MediaDirection.INACTIVE : theirs.direction().reversed();
        tracks.process(t, direction, direction.receives() ? tracks.streams(theirs) : List.of(), effects);
        narrow(t, theirs);
        send(t, theirs, theirs, direction);
        t.receptive = direction.receives();
        t.receiver.codecs = direction.receives() ? agreed(ours, theirs) : List.of();
        t.receiver.extensions = t.sender.extensions;
        t.transport = section.transport() == null ? t.transport : section.transport();
        if (theirs.rejected() && !t.stopped) {
            t.stopForGood();
        }
    }

    /** What comes has the payload types of our own description, as far as the peer has agreed to them (RFC 3264, section 6.1). */
    private static List<RtpFormat> agreed(MediaSection ours, MediaSection theirs) {
        List<RtpFormat> kept = ours.codecs().stream()
                .filter(o -> !o.is("rtx") && theirs.codecs().stream().anyMatch(c -> RtpCapabilities.same(c, o)))
                .toList();
        boolean repeats = theirs.codecs().stream().anyMatch(c -> c.is("rtx"));
        return ours.codecs().stream().filter(o -> kept.contains(o)
                || repeats && o.is("rtx") && kept.stream().anyMatch(k -> k.payloadType() == o.repeats())).toList();
    }

    /** Sends no more encodings than the peer takes. */
    private static void narrow(RTCRtpTransceiver t, MediaSection theirs) {
        List<RTCRtpEncodingParameters> encodings = t.sender.encodings;
        if (encodings.size() > 1 && !theirs.rejected()) {
            List<String> taken = theirs.simulcast().receiveIds();
            List<RTCRtpEncodingParameters> left = taken.isEmpty()
                    ? List.of(encodings.get(0))
                    : encodings.stream().filter(e -> taken.contains(e.rid())).toList();
            t.sender.encodings(left.isEmpty() ? List.of(encodings.get(0)) : left);
        }
    }

    /** Goes back to the last stable state (RFC 9429, section 5.7). */
    Effects rollback() {
        if (state.signaling != RTCSignalingState.HAVE_LOCAL_OFFER && state.signaling != RTCSignalingState.HAVE_REMOTE_OFFER) {
            throw WebRtcException.invalidState("rollback while " + state.signaling);
        }
        Effects effects = new Effects();
        boolean remoteOffer = state.signaling == RTCSignalingState.HAVE_REMOTE_OFFER;
        for (RTCRtpTransceiver t : List.copyOf(state.transceivers)) {
            boolean associated = state.stableSections.stream().anyMatch(s -> s.transceiver() == t && s.mid().equals(t.jsepMid));
            if (!associated) {
                t.jsepMid = null;
                t.mid = null;
            }
            t.transport = t.stableTransport;
            t.receiver.codecs = t.receiver.stableCodecs;
            t.receptive = t.currentDirection != null && t.currentDirection.receives();
            if (remoteOffer) {
                List<String> ids = t.receiver.stableStreams.stream().map(MediaStream::getId).toList();
                tracks.process(t, t.currentDirection, ids, effects);
            }
            if (t.byPendingOffer && !t.byAddTrack && !associated) {
                t.stopForGood();
                state.transceivers.remove(t);
            }
        }
        abandon();
        signaling(effects, RTCSignalingState.STABLE);
        MediaPlans.configure(state);
        return effects;
    }

    private void abandon() {
        state.sections = state.stableSections;
        state.bundle = state.stableBundle;
        List<Transport> needed = PeerState.transports(state.sections);
        List.copyOf(state.open).stream().filter(t -> !needed.contains(t)).forEach(Transport::reset);
        needed.forEach(Transport::resume);
        state.lastAnswer = null;
        state.queue.post(events::refresh);
        state.pendingLocal = null;
        state.pendingRemote = null;
        connection.clearNegotiationNeeded();
    }
}
